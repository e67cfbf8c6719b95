import { describe, expect, it } from 'vitest';
import { batches, consulReads, listCalls, wholeBatches } from '../../bench/floor.ts';

describe('list calls at least', () => {
  it.each([
    ['one name, empty zone', { names: 1, sets: 0 }, 1],
    ['one name in a large zone is asked for', { names: 1, sets: 10_000 }, 1],
    ['NS and SOA are on the pages, too', { names: 10, sets: 299 }, 2],
    ['a full page is one', { names: 10, sets: 298 }, 1],
    ['many names in a large zone are paged through', { names: 1_000, sets: 18_000 }, 61],
    ['few names in a large zone are asked for', { names: 10, sets: 10_080 }, 10],
  ])('%s', (_, reading, expected) => {
    expect(listCalls(reading)).toBe(expected);
  });
});

describe('batches at least', () => {
  it('hold 500 new addresses each, however cut', () => {
    expect(batches({ names: 1_000, addresses: 8, characters: 12 })).toBe(16);
    expect(batches({ names: 1, addresses: 500, characters: 12 })).toBe(1);
    expect(batches({ names: 1, addresses: 501, characters: 12 })).toBe(2);
  });

  it('hold fewer where names must stay whole', () => {
    // 62 names of 8 addresses, each counted twice, are 992 records.
    expect(wholeBatches({ names: 62, addresses: 8, characters: 12 })).toBe(1);
    expect(wholeBatches({ names: 63, addresses: 8, characters: 12 })).toBe(2);
    expect(wholeBatches({ names: 1_000, addresses: 8, characters: 12 })).toBe(17);
  });

  it('are bound by characters where addresses are long', () => {
    // 410 of 39 characters, counted twice, are 31,980 characters.
    expect(batches({ names: 1, addresses: 410, characters: 39 })).toBe(1);
    expect(batches({ names: 1, addresses: 411, characters: 39 })).toBe(2);
    expect(wholeBatches({ names: 2, addresses: 400, characters: 39 })).toBe(2);
  });
});

it('reads of Consul: one at the start, then one whenever a query has run out', () => {
  expect(consulReads(59, 10)).toBe(1 + 6);
  expect(consulReads(10, 10)).toBe(1 + 1);
});
