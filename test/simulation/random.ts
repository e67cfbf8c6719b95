/** Chance with a seed: the same seed gives the same numbers, to the letter. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** From the least to the most, both in milliseconds or whatever the caller means. */
  between(least: number, most: number): number;
  /** Whole numbers, both ends among them. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  /** How long until something that happens every so often on the average happens next. */
  wait(mean: number): number;
  pick<const T>(items: readonly [T, ...T[]]): T;
}

/** The generator is Mulberry32 (public domain): 32 bits of state are enough for schedules that are counted in thousands. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + (most - least) * next();
  return {
    next,
    between,
    whole: (least, most) => Math.floor(between(least, most + 1)),
    chance: (probability) => next() < probability,
    wait: (mean) => -mean * Math.log(1 - next()),
    pick: ([first, ...others]) => [first, ...others][Math.floor(next() * (others.length + 1))] ?? first,
  };
}
