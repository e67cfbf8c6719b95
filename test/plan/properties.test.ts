import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddressRecordSet } from '../../src/domain/record-set.ts';
import { costOf, fits, groupIntoBatches } from '../../src/plan/batches.ts';
import { type Decision, hasWork } from '../../src/plan/decide.ts';
import { keeperOf } from '../../src/plan/ownership.ts';
import { addressesIn, applyChanges, goneIn, multivalueSet } from '../support/records.ts';
import {
  carriedOut,
  decideIn,
  healthyIn,
  isAllowed,
  isForeign,
  scenario,
  statesOf,
} from '../support/scenarios.ts';

/** Why something is held, or the record is not changed at all. */
const reasonsOf = ({ verdict }: Decision) =>
  (verdict.decision === 'approve' ? (verdict.holds ?? []) : [verdict]).map(({ reason }) => reason);

describe('planning, for any instances and any zone', () => {
  it('never changes its input', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const before = structuredClone({ ...input, setting: null });
        decideIn(input);
        expect({ ...input, setting: null }).toEqual(before);
      }),
    );
  });

  it('has nothing left to do after it was carried out', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const first = decideIn(input);
        const again = decideIn({ ...input, current: carriedOut(input) });
        expect(hasWork(again)).toBe(false);
        expect(reasonsOf(again)).toEqual(reasonsOf(first));
      }),
    );
  });

  it('never touches what is not ours, unless it was asked to replace it', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (input.setting.onConflict === 'replace') return;
        const foreign = input.current.filter((set) => isForeign(set, input));
        for (const { set } of decideIn(input).requests.flat()) expect(foreign).not.toContain(set);
        for (const set of foreign) expect(carriedOut(input)).toContain(set);
      }),
    );
  });

  it('changes nothing at a name that another owner keeps, unless it was asked to take it over', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (input.setting.onConflict === 'replace') return;
        if (keeperOf(input.setting, input.current) === 'another')
          expect(carriedOut(input)).toEqual(input.current);
      }),
    );
  });

  it('notes whose the name is with whatever it changes there', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const after = carriedOut(input);
        // What is only taken out at a name that nobody keeps does not make it ours.
        const isTaken = healthyIn(input).size > 0 || keeperOf(input.setting, input.current) !== 'nobody';
        if (after !== input.current && isTaken) expect(keeperOf(input.setting, after)).toBe('us');
      }),
    );
  });

  it('never empties a name, nor does any of its requests', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (!addressesIn(input.current).some(isAllowed)) return;
        for (const state of statesOf(input)) expect(addressesIn(state).some(isAllowed)).toBe(true);
      }),
    );
  });

  it('never empties a name, whatever somebody else removed there since it was read', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (input, seed) => {
        let state = input.current;
        for (const [index, request] of decideIn(input).requests.entries()) {
          if (decideIn(input).verdict.decision !== 'approve') return;
          const needed = request.flatMap(goneIn);
          // What the request does not delete may be gone; what it deletes is there, or it is rejected whole.
          const isGone = (at: number) => ((seed >> (at % 16)) + index) % 2 === 0;
          state = state.filter((set, at) => needed.includes(set) || !isGone(at) || !isAddressRecordSet(set));
          const before = addressesIn(state).some(isAllowed);
          state = applyChanges(state, request);
          if (before) expect(addressesIn(state).some(isAllowed)).toBe(true);
        }
      }),
    );
  });
});

describe('batches, for any changes', () => {
  const changeCounts = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 });
  const changes = (count: number, record: number) =>
    Array.from({ length: count }, (_, i) => ({
      action: 'UPSERT' as const,
      set: multivalueSet(`10.${record}.${i >> 8}.${i & 255}`) as never,
      message: '',
    }));

  it('respect the limits, keep every change, and keep a record whole where it fits', () => {
    fc.assert(
      fc.property(changeCounts, (counts) => {
        const records = counts.map(changes);
        const groups = groupIntoBatches(records, (record) => record);
        expect(groups.flat()).toEqual(records);
        for (const group of groups) if (group.length > 1) expect(fits(costOf(group.flat()))).toBe(true);
        // A group ends only where the next record does not fit any more.
        for (const [index, group] of groups.slice(1).entries())
          expect(fits(costOf([...(groups[index] ?? []), group[0] ?? []].flat()))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});
