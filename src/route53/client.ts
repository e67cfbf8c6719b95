import type { Agent } from 'node:http';
import { Route53Client, type Route53ClientConfig } from '@aws-sdk/client-route-53';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { boundAnswers } from '../aws/bounded-answers.ts';
import { backoff } from '../pacing/backoff.ts';

/** Milliseconds to open a connection. Without a way out of the VPC, this time runs out. */
const CONNECTION_TIMEOUT = 1_000;

export interface Route53Timing {
  /** Milliseconds for one attempt at one request. Default 3,000. */
  readonly timeout?: number;
  /** Milliseconds between attempts: at first, and at most. Default 100 and 2,000. */
  readonly retry?: { readonly base: number; readonly most: number };
  /** A number from 0 to 1, for jitter between attempts. Default 1: none. */
  readonly random?: () => number;
  /** Makes the connections, those without TLS; by default one of its own. */
  readonly agent?: Agent;
}

/** The SDK's three attempts are too few for a limit that the whole account shares. */
const MAX_ATTEMPTS = 8;

/**
 * The client of Route 53, whose API is global and signed for us-east-1.
 *
 * @param config endpoint and credentials; what is left out, the SDK finds in the environment of the process.
 * @param timing how patient it is with one request.
 */
export function route53Client(
  config: Pick<Route53ClientConfig, 'endpoint' | 'credentials'> = {},
  { timeout = 3_000, retry = { base: 100, most: 2_000 }, random = () => 1, agent }: Route53Timing = {},
): Route53Client {
  const client = new Route53Client({
    ...config,
    region: 'us-east-1',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      ...(agent && { httpAgent: agent }),
    },
  });
  // A strategy keeps count of retries over all its calls, and allows none once an outage has used them up, for long
  // after that is over. Here the attempts and the deadline bound each call, so each has a strategy of its own.
  client.config.retryStrategy = async () =>
    new ConfiguredRetryStrategy(MAX_ATTEMPTS, (attempt) => backoff(attempt, retry, random()));
  return boundAnswers(client);
}
