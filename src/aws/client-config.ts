import type { Route53ClientConfig } from '@aws-sdk/client-route-53';

/** Where and as whom to reach AWS; what is left out, the SDK finds in the environment of the process. */
export type AwsConfig = Pick<Route53ClientConfig, 'endpoint' | 'credentials' | 'region'>;

/** The configuration of a client that makes one call now and then, and that must not hang. */
export interface AwsClientConfig extends AwsConfig {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** How patient to be: milliseconds for one attempt, and how many there are. */
export interface Patience {
  readonly timeout: number;
  readonly attempts: number;
}

/** Without a way out of the VPC, opening the connection is what runs out. */
export function patient(
  config: AwsConfig,
  { timeout, attempts }: Patience = { timeout: 2_000, attempts: 3 },
): AwsClientConfig {
  return {
    ...config,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: timeout, throwOnRequestTimeout: true },
  };
}
