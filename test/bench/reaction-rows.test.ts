import { expect, it } from 'vitest';
import type { Reactions } from '../../bench/rows/reaction.ts';
import { reactionRows } from '../../bench/rows/reaction-rows.ts';

const reactions = (own: Partial<Reactions> = {}): Reactions => ({
  floor: { answered: [2, 3, 4], accepted: [4, 5, 6] },
  ours: [9, 10, 11],
  consulTemplate: [7, 8, 9],
  shares: { 128: [15, 20, 100], 256: 'no control group can be written here: EROFS' },
  ...own,
});
const [FLOOR, PEER, WHOLE, SMALL, LARGER] = [0, 1, 2, 3, 4];
const rowsOf = (own?: Partial<Reactions>) => reactionRows(reactions(own), 'Go is not on this machine');

it('says what the floor is made of, and how far above it each is', () => {
  const rows = rowsOf();
  expect(rows[FLOOR]?.measured).toBe(
    'median 5 ms, 99th percentile 6 ms: 3 ms of it until Consul answers, 2 for the request',
  );
  expect(rows[PEER]?.measured).toBe('median 8 ms, 99th percentile 9 ms; 3 ms above the floor');
  expect(rows[WHOLE]).toMatchObject({
    measured: expect.stringMatching(/; 1\.25 × consul-template; 5 ms above the floor,/),
    verdict: { met: true },
  });
  expect(rows[SMALL]).toMatchObject({
    what: 'the function with the CPU of 128 MB, 7.2 % of a processor',
    measured: 'median 20 ms, 99th percentile 100 ms; 15 ms above the floor',
    spread: '15 to 100 ms, 3 flips',
    verdict: { met: true },
  });
});

it.each<[string, Partial<Reactions>, number, string]>([
  [
    'slower than a quarter over consul-template',
    { ours: [11] },
    WHOLE,
    '× consul-template in the median: 1.38 instead of 1.25',
  ],
  ['slow at times', { ours: [9, 9, 251] }, WHOLE, 'ms at the 99th percentile: 251 instead of 250'],
  [
    'slow with a small share',
    { shares: { 128: [26, 26, 151], 256: [] } },
    SMALL,
    'ms in the median: 26 instead of 25; ms at the 99th percentile: 151 instead of 150',
  ],
])('misses its target where it is %s', (_, own, row, missed) => {
  const shares = { 128: own.shares?.[128] ?? [20], 256: 'none' };
  expect(rowsOf({ ...own, shares })[row]?.verdict).toEqual({ met: false, missed });
});

it('a row says what is missing, and then judges nothing by it', () => {
  const { consulTemplate: _, ...without } = reactions({ ours: [100] });
  const rows = reactionRows(without, 'Go is not on this machine');
  expect(rows[PEER]?.measured).toBe('missing: Go is not on this machine');
  expect(rows[WHOLE]?.verdict).toEqual({ met: true });
  expect(rows[LARGER]).toMatchObject({ measured: 'no control group can be written here: EROFS' });
  expect(rows[LARGER]).not.toHaveProperty('verdict');
});
