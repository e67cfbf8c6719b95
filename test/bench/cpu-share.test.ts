import { expect, it } from 'vitest';
import { shareFor } from '../../bench/parts/cpu-share.ts';

it('a share is that of the memory, and no more than a whole processor', () => {
  expect([128, 256, 1_769, 10_240].map((megabytes) => Number(shareFor(megabytes).toFixed(3)))).toEqual([
    0.072, 0.145, 1, 1,
  ]);
});
