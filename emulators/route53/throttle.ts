import type { Change } from './model.ts';

export interface BucketOptions {
  /** How many tokens a full bucket holds. */
  readonly capacity: number;
  /** How many tokens are added each second. */
  readonly refillPerSecond: number;
}

export interface ThrottleOptions {
  /** The account's limit on API requests; Route 53's default if left out. */
  readonly requests?: BucketOptions;
  /** The account's limit on record changes, in tokens; likewise. */
  readonly changes?: BucketOptions;
}

/** The account's defaults since 30 July 2026. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html */
const DEFAULT_REQUESTS: BucketOptions = { capacity: 50, refillPerSecond: 10 };
const DEFAULT_CHANGES: BucketOptions = { capacity: 1_500, refillPerSecond: 100 };

/** What changes take from the bucket of changes: an UPSERT two tokens, any other one. */
export function tokensOf(changes: readonly Pick<Change, 'action'>[]): number {
  return changes.reduce((sum, { action }) => sum + (action === 'UPSERT' ? 2 : 1), 0);
}

/** A token bucket, full at first. */
export class TokenBucket {
  readonly #options: BucketOptions;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now the clock, in milliseconds. */
  constructor(options: BucketOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#tokens = options.capacity;
    this.#filledAt = now();
  }

  /** Takes that many tokens, or none. @returns whether there were enough. */
  take(tokens: number): boolean {
    const at = this.#now();
    const refill = ((at - this.#filledAt) / 1000) * this.#options.refillPerSecond;
    this.#tokens = Math.min(this.#options.capacity, this.#tokens + Math.max(0, refill));
    this.#filledAt = at;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}

/** The account's two limits; a request that goes over either is refused. */
export class Throttle {
  readonly #requests: TokenBucket;
  readonly #changes: TokenBucket;

  constructor(options: ThrottleOptions, now: () => number) {
    this.#requests = new TokenBucket(options.requests ?? DEFAULT_REQUESTS, now);
    this.#changes = new TokenBucket(options.changes ?? DEFAULT_CHANGES, now);
  }

  /** @param tokens what the changes of the request's batch take; 0 for other requests. */
  admits(tokens: number): boolean {
    return this.#requests.take(1) && this.#changes.take(tokens);
  }
}
