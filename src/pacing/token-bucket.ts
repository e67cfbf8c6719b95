/** How often something may happen: so many times at once, then once every so many milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly every: number;
}

/** A token bucket. Times in milliseconds of a clock that never goes backwards. */
export interface TokenBucket {
  /** Takes tokens, also such as are not there yet: whoever must not wait only makes the next one wait longer. */
  take(now: number, tokens?: number): void;
  /** When so many will have come, if they are taken as they come. */
  turnAt(now: number, tokens: number): number;
  /** Notes that it was empty at a moment before `now`, as somebody else may have taken what was there. */
  wasEmpty(then: number, now: number): void;
  /** When so many tokens are there; `now` or earlier if they are. With more than it holds, when it is full. */
  readyAt(now: number, tokens?: number): number;
}

export function tokenBucket({ burst, every }: Rate): TokenBucket {
  let level = burst;
  let at = Number.NEGATIVE_INFINITY;
  const refill = (now: number) => {
    level = Math.min(burst, level + (now - at) / every);
    at = now;
  };
  return {
    take(now, tokens = 1) {
      refill(now);
      level -= tokens;
    },
    turnAt(now, tokens) {
      refill(now);
      return now + Math.max(0, tokens - level) * every;
    },
    wasEmpty(then, now) {
      refill(now);
      level = Math.min(level, (now - then) / every);
    },
    readyAt(now, tokens = 1) {
      refill(now);
      const wanted = Math.min(tokens, burst);
      return level >= wanted ? now : now + (wanted - level) * every;
    },
  };
}
