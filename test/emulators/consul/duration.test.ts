import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../emulators/consul/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['10s', 10_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['2us', 0.002],
    ['0', 0],
  ])('reads %s as %f ms', (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  it.each(['', '10', 's', '10 s', '10x', '1h 30m', '-1s'])('refuses %o', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
