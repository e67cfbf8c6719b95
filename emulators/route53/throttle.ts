export interface BucketOptions {
  /** How many tokens a full bucket holds. */
  readonly capacity: number;
  /** How many tokens are added each second. */
  readonly refillPerSecond: number;
}

export interface ThrottleOptions {
  /** The account's limit on API requests. */
  readonly requests?: BucketOptions;
  /** The account's limit on record changes, a token for each change of a batch; none if left out. */
  readonly changes?: BucketOptions;
}

/** The account's default since 30 July 2026. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html */
export const DEFAULT_REQUESTS: BucketOptions = { capacity: 50, refillPerSecond: 10 };

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
  readonly #changes: TokenBucket | undefined;

  constructor(options: ThrottleOptions, now: () => number) {
    this.#requests = new TokenBucket(options.requests ?? DEFAULT_REQUESTS, now);
    this.#changes = options.changes && new TokenBucket(options.changes, now);
  }

  /** @param changes the number of changes in the request's batch; 0 for other requests. */
  admits(changes: number): boolean {
    return this.#requests.take(1) && (this.#changes?.take(changes) ?? true);
  }
}
