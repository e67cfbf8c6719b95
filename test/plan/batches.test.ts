import { describe, expect, it } from 'vitest';
import { costOf, groupIntoBatches, MAX_RECORDS, splitChanges } from '../../src/plan/batches.ts';
import type { Change } from '../../src/plan/record-plan.ts';
import { multivalueSet, otherSet, simpleSet } from '../support/records.ts';

const change = (action: Change['action'], set: Change['set']) => ({ action, set, message: '' }) as Change;
const upserts = (count: number) =>
  Array.from({ length: count }, (_, i) => change('UPSERT', multivalueSet(`10.0.${i >> 8}.${i & 255}`)));

describe('costOf', () => {
  it.each([
    ['an UPSERT counts twice', [change('UPSERT', multivalueSet('10.0.0.1'))], { records: 2, characters: 16 }],
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
    [[500], [[500]]],
    [[250, 250], [[250, 250]]],
    [
      [250, 251],
      [[250], [251]],
    ],
    [
      [501, 1],
      [[501], [1]],
    ],
    [
      [1, 499, 1],
      [[1, 499], [1]],
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

describe('splitChanges', () => {
  it('leaves together what fits in one request', () => {
    const changes = upserts(500);
    expect(splitChanges(changes)).toEqual([changes]);
    expect(splitChanges([])).toEqual([]);
  });

  it('adds before it removes, when one request is not enough', () => {
    const removals = Array.from({ length: 400 }, (_, i) =>
      change('DELETE', multivalueSet(`10.1.${i >> 8}.${i & 255}`)),
    );
    const parts = splitChanges([...removals, ...upserts(600)]);
    expect(parts.map((part) => costOf(part).records <= MAX_RECORDS)).toEqual(parts.map(() => true));
    const actions = parts.flat().map(({ action }) => action);
    expect(actions.lastIndexOf('UPSERT')).toBeLessThan(actions.indexOf('DELETE'));
    expect(parts.flat()).toHaveLength(1_000);
  });

  it('removes first what cannot stand beside ours', () => {
    const parts = splitChanges([change('DELETE', simpleSet(['10.0.0.9'])), ...upserts(600)]);
    expect(parts[0]?.[0]?.action).toBe('DELETE');
  });
});
