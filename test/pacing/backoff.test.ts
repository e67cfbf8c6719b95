import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff } from '../../src/pacing/backoff.ts';

const limits = { base: 100, most: 2_000 };

describe('backoff', () => {
  it.each([
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [5, 800, 1_600],
    [6, 1_000, 2_000],
    [7, 1_000, 2_000],
    [5_000, 1_000, 2_000],
  ])('after %i failures waits from %i to %i ms', (failures, least, most) => {
    expect(backoff(failures, limits, 0)).toBe(least);
    expect(backoff(failures, limits, 1)).toBe(most);
  });

  it('never waits less after one more failure, for the same luck', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, luck) => {
          expect(backoff(failures + 1, limits, luck)).toBeGreaterThanOrEqual(backoff(failures, limits, luck));
        },
      ),
    );
  });
});
