/** How often something may happen: so many times at once, then once every so many milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly every: number;
}

/** A token bucket. Times in milliseconds of a clock that never goes backwards. */
export interface TokenBucket {
  /** Takes a token, also one that is not there yet: whoever must not wait only makes the next one wait longer. */
  take(now: number): void;
  /** When the next token is there; `now` or earlier if one is there already. */
  readyAt(now: number): number;
}

export function tokenBucket({ burst, every }: Rate): TokenBucket {
  let tokens = burst;
  let at = Number.NEGATIVE_INFINITY;
  const refill = (now: number) => {
    tokens = Math.min(burst, tokens + (now - at) / every);
    at = now;
  };
  return {
    take(now) {
      refill(now);
      tokens--;
    },
    readyAt(now) {
      refill(now);
      return tokens >= 1 ? now : now + (1 - tokens) * every;
    },
  };
}
