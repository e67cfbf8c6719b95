import { expect, it } from 'vitest';
import { shareFor } from '../../bench/parts/cpu-share.ts';
import { shareRows } from '../../bench/rows/shares.ts';

it('a share is that of the memory, and no more than a whole processor', () => {
  expect([128, 256, 1_769, 10_240].map((megabytes) => Number(shareFor(megabytes).toFixed(3)))).toEqual([
    0.072, 0.145, 1, 1,
  ]);
});

it('each size has a row, also where there are no control groups', () => {
  const rows = shareRows([
    { megabytes: 128, reactions: [20, 30, 600] },
    { megabytes: 1_769, reactions: 'no control group can be written here: EROFS' },
  ]);
  expect(rows).toMatchObject([
    {
      what: 'with the CPU of 128 MB, 7.2 % of a processor',
      measured: 'median 30 ms, 99th percentile 600 ms',
      verdict: { met: false },
    },
    { measured: 'no control group can be written here: EROFS' },
  ]);
});
