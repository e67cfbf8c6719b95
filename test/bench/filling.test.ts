import { expect, it } from 'vitest';
import { type Filling, fillingRow } from '../../bench/rows/filling.ts';

const filling = (own: Partial<Filling> = {}): Filling => ({
  ...{ names: 300, took: 18_200, left: 43, batches: 30, throttled: 0, failed: 0 },
  ...own,
});

it('300 names are to be right within 20 s, and a failing address to leave meanwhile', () => {
  expect(fillingRow(filling())).toMatchObject({
    what: '300 names of 8 addresses, published for the first time as deployed',
    spread: "once; Route 53's bucket of changes makes it last 12 s",
    verdict: { met: true },
  });
  expect(fillingRow(filling({ took: 20_100, left: 1_200, throttled: 1, failed: 1 })).verdict).toEqual({
    met: false,
    missed:
      'seconds: 20.1 instead of 20; ms until the failing address had left: 1,200 instead of 1,000; requests refused for the limit: 1 instead of 0; failed runs: 1 instead of 0',
  });
});

it('1,000 names have 90 s', () => {
  expect(fillingRow(filling({ names: 1_000, took: 88_000 }))).toMatchObject({
    spread: "once; Route 53's bucket of changes makes it last 75 s",
    target: expect.stringMatching(/^90 s,/),
    verdict: { met: true },
  });
});
