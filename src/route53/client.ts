import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';

/** Milliseconds to open a connection; without a way out of the VPC this is what runs out. */
const CONNECTION_TIMEOUT = 1_000;

/** Milliseconds for one attempt at one request. */
const REQUEST_TIMEOUT = 3_000;

/** The SDK's three attempts are too few for a limit that the whole account shares. */
const MOST_ATTEMPTS = 8;

/**
 * The client of Route 53, whose API is global and signed for us-east-1.
 *
 * @param config endpoint and credentials; what is left out, the SDK finds in the environment of the process.
 */
export function route53Client(
  config: Pick<Route53ClientConfig, 'endpoint' | 'credentials'> = {},
): Route53Client {
  return new Route53Client({
    ...config,
    region: 'us-east-1',
    retryStrategy: new ConfiguredRetryStrategy(MOST_ATTEMPTS, retryDelay),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
}

/**
 * Milliseconds to wait before an attempt: doubling from 100 up to 2,000, half of it at random, so that several
 * clients of a throttled account do not come back together.
 *
 * @param attempt 1 for the first retry.
 */
export function retryDelay(attempt: number): number {
  const ceiling = Math.min(2_000, 50 * 2 ** attempt);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
