import { describe, expect, it } from 'vitest';
import { consulReads, leavingBatches, leavingSeconds, listCalls, wholeBatches } from '../../bench/floor.ts';

describe('list calls at least', () => {
  it.each([
    ['one name, empty zone', { names: 1, sets: 0 }, 1],
    ['one name in a large zone is asked for, and the revision', { names: 1, sets: 10_000 }, 2],
    ['NS and SOA are on the pages, too', { names: 10, sets: 299 }, 2],
    ['a full page is one', { names: 10, sets: 298 }, 1],
    ['many names in a large zone are paged through', { names: 1_000, sets: 18_000 }, 61],
    ['few names in a large zone are asked for', { names: 10, sets: 10_080 }, 11],
  ])('%s', (_, reading, expected) => {
    expect(listCalls(reading)).toBe(expected);
  });
});

describe('batches at least', () => {
  it('hold the changes of whole names, and the revision', () => {
    // 110 names of 9 sets are 990 records, and 111 are one more than fit beside the revision's two.
    expect(wholeBatches({ names: 110, sets: 9, characters: 180 })).toBe(1);
    expect(wholeBatches({ names: 111, sets: 9, characters: 180 })).toBe(2);
    expect(wholeBatches({ names: 1_000, sets: 9, characters: 180 })).toBe(10);
  });

  it('are bound by characters where values are long', () => {
    expect(wholeBatches({ names: 31, sets: 9, characters: 1_000 })).toBe(1);
    expect(wholeBatches({ names: 32, sets: 9, characters: 1_000 })).toBe(2);
  });

  it('take an address from 332 names each', () => {
    expect([332, 333, 500, 1_000].map(leavingBatches)).toEqual([1, 2, 2, 4]);
  });
});

it('seconds at least: what 500 names lose is in the bucket, of 1,000 names the half', () => {
  expect([100, 500, 1_000].map(leavingSeconds)).toEqual([0, 0.04, 15.08]);
});

it('reads of Consul: one at the start, then one whenever a query has run out', () => {
  expect(consulReads(59, 10)).toBe(1 + 6);
  expect(consulReads(10, 10)).toBe(1 + 1);
});
