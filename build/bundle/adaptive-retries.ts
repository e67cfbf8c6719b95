import { StandardRetryStrategy } from '@smithy/core/retry';

type Options = ConstructorParameters<typeof StandardRetryStrategy>[0];

/**
 * Stands in for the retries of AWS_RETRY_MODE=adaptive with their client-side rate limit, by those of `standard`: our
 * client of Route 53 has a strategy of its own anyway.
 */
export class AdaptiveRetryStrategy {
  // No subclass: this module is a part of the one that it imports, which is there only when the constructor runs.
  constructor(_maxAttempts: unknown, options: Options) {
    // biome-ignore lint/correctness/noConstructorReturn: it stands in for a class.
    return new StandardRetryStrategy(options);
  }
}
