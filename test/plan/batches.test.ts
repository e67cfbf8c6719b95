import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/record-set.ts';
import {
  costOf,
  fits,
  groupIntoBatches,
  MAX_CHARACTERS,
  MAX_RECORDS,
  REVISIONS,
  tokensOf,
} from '../../src/plan/batches.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import { multivalueSet, otherSet, simpleSet, ZONE } from '../support/records.ts';

const change = (action: Exclude<Change['action'], 'REPLACE'>, set: Change['set']) =>
  ({ action, set, message: '' }) as Change;
const upserts = (count: number) =>
  Array.from({ length: count }, (_, i) => change('UPSERT', multivalueSet(`10.0.${i >> 8}.${i & 255}`)));

describe('costOf', () => {
  it.each([
    ['an UPSERT counts twice', [change('UPSERT', multivalueSet('10.0.0.1'))], { records: 2, characters: 16 }],
    ['a CREATE counts once', [change('CREATE', multivalueSet('10.0.0.1'))], { records: 1, characters: 8 }],
    ['a DELETE counts once', [change('DELETE', multivalueSet('10.0.0.1'))], { records: 1, characters: 8 }],
    [
      'each value counts',
      [change('UPSERT', simpleSet(['10.0.0.1', '10.0.0.2']))],
      { records: 4, characters: 32 },
    ],
    ['an alias counts as one', [change('DELETE', otherSet('alias'))], { records: 1, characters: 0 }],
  ])('%s', (_, changes, cost) => {
    expect(costOf(changes)).toEqual(cost);
  });
});

describe('groupIntoBatches', () => {
  const group = (...counts: readonly number[]) =>
    groupIntoBatches(counts.map(upserts), (item) => item).map((items) => items.map((item) => item.length));

  it.each([
    [[498], [[498]]],
    [[249, 249], [[249, 249]]],
    [
      [249, 250],
      [[249], [250]],
    ],
    [
      [501, 1],
      [[501], [1]],
    ],
    [
      [1, 497, 1],
      [[1, 497], [1]],
    ],
    [[], []],
  ])('%j UPSERTs a record become %j', (counts, expected) => {
    expect(group(...counts)).toEqual(expected);
  });

  it('minds the characters too', () => {
    const long = change(
      'UPSERT',
      simpleSet(
        Array.from(
          { length: 390 },
          (_, i) => `fd00:1111:2222:3333:4444:5555:6666:${i.toString(16).padStart(4, '0')}`,
        ),
      ),
    );
    expect(costOf([long]).characters).toBeLessThanOrEqual(32_000);
    expect(
      groupIntoBatches(
        [long, change('UPSERT', simpleSet(['fd00:1111:2222:3333:4444:5555:6666:7777', 'fd00::1']))],
        (item) => [item],
      ),
    ).toHaveLength(1);
    expect(groupIntoBatches([long, long], (item) => [item])).toHaveLength(2);
  });
});

describe('fits', () => {
  it.each([
    ['the records', { records: MAX_RECORDS - REVISIONS.records, characters: 0 }],
    ['the characters', { records: 0, characters: MAX_CHARACTERS - REVISIONS.characters }],
  ])('leaves room for the revisions: %s', (_, most) => {
    expect(fits(most)).toBe(true);
    for (const key of ['records', 'characters'] as const) {
      const isLimited = most[key] > 0;
      expect(fits({ ...most, [key]: most[key] + 1 })).toBe(!isLimited);
    }
  });

  it('leaves enough of it, whatever the owners are called', () => {
    // Set identifiers, and so owners, have at most 128 characters.
    const longest = 'o'.repeat(128);
    const revision = revisionSet(ZONE, longest, Number.MAX_SAFE_INTEGER, 'f'.repeat(12));
    const swap = [{ action: 'REPLACE' as const, before: revision, set: revision, message: '' }];
    const { records, characters } = costOf([...swap, ...swap]);
    expect(records).toBeLessThanOrEqual(REVISIONS.records);
    expect(characters).toBeLessThanOrEqual(REVISIONS.characters);
  });
});

describe('tokensOf', () => {
  it('takes two of an UPSERT and of what takes the place of another, and one else, however many values it has', () => {
    const set = simpleSet(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    const changes = (['CREATE', 'UPSERT', 'DELETE'] as const).map((action) => change(action, set));
    const replaced = { action: 'REPLACE', before: simpleSet(['10.0.0.1']), set, message: '' } as Change;
    expect([...changes, replaced].map((one) => tokensOf([one]))).toEqual([1, 2, 1, 2]);
    expect(tokensOf(changes)).toBe(4);
    expect(tokensOf([])).toBe(0);
  });
});
