import { describe, expect, it } from 'vitest';
import { cumulative, median, quantile, summarize } from '../../bench/statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('the median', () => {
  it.each([
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (samples, expected) => {
    expect(median(samples)).toBe(expected);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow('no samples');
  });
});

describe('a quantile', () => {
  it.each([
    [0, 1],
    [0.01, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('%d of one to a hundred is %d, by nearest rank', (share, expected) => {
    expect(quantile(hundred, share)).toBe(expected);
  });
});

it('a summary leaves its samples in their order', () => {
  const samples = [2, 3, 1];
  expect(summarize(samples)).toEqual({ count: 3, median: 2, p99: 3, min: 1, max: 3 });
  expect(samples).toEqual([2, 3, 1]);
});

it('a cumulative distribution rises to the whole', () => {
  expect(cumulative([20, 10])).toEqual([
    { value: 10, share: 0.5 },
    { value: 20, share: 1 },
  ]);
});
