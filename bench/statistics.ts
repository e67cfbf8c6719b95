/** What a row of the table says of its samples. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error without samples: a median of nothing would look like a result. */
export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    median: median(samples),
    p99: quantile(samples, 0.99),
    min: quantile(samples, 0),
    max: quantile(samples, 1),
  };
}

/** The middle sample, or the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = ascending(samples);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** The smallest sample that at least this share of all does not exceed (nearest rank), `share` from 0 to 1. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = ascending(samples);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Which share of the samples is at most each of them: the points of a cumulative distribution. */
export function cumulative(samples: readonly number[]): readonly { value: number; share: number }[] {
  return ascending(samples).map((value, index) => ({ value, share: (index + 1) / samples.length }));
}

function ascending(samples: readonly number[]): readonly number[] {
  if (samples.length === 0) throw new Error('there are no samples');
  return samples.toSorted((a, b) => a - b);
}
