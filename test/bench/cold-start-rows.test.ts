import { expect, it } from 'vitest';
import type { ColdStarts } from '../../bench/rows/cold-start.ts';
import { coldStartRows } from '../../bench/rows/cold-start-rows.ts';

const coldStarts = (first: readonly number[] | string): ColdStarts => ({
  load: { empty: [40, 50, 60], deployed: [90, 100, 120], careless: [150, 160, 170] },
  initialised: [200],
  firstPass: [30],
  shared: { 128: first, 256: [60] },
  bytes: { empty: 0, deployed: 399_640, careless: 2_260_000 },
});
const firstPass = (first: readonly number[] | string) =>
  coldStartRows(coldStarts(first)).find(({ what }) => what.includes('the CPU of 128 MB'));

it('compares what loading costs, round by round, over an empty handler', () => {
  const rows = coldStartRows(coldStarts([100]));
  expect(rows[3]).toMatchObject({ measured: '50 ms of 110 ms: 0.45 ×', verdict: { met: true } });
});

it('holds the first pass at the smallest share under its target', () => {
  expect(firstPass([110, 120, 900])).toMatchObject({ measured: '120 ms', verdict: { met: true } });
  expect(firstPass([130])).toMatchObject({
    target: 'under 120 ms',
    verdict: { met: false, missed: expect.stringMatching(/^by 10 ms \(8 %\): /) },
  });
  expect(firstPass('no control group can be written here: EROFS')).not.toHaveProperty('verdict');
});
