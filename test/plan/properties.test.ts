import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import { addressesOf, isAddressRecordSet, isOwnedBy, type RecordSet } from '../../src/domain/record-set.ts';
import { costOf, fits, groupIntoBatches, splitChanges } from '../../src/plan/batches.ts';
import { changesOf, decide } from '../../src/plan/decide.ts';
import {
  applyChanges,
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  simpleSet,
  ZONE,
} from '../support/records.ts';

/** Few addresses, so that what is published and what is registered often meet; some must never be published. */
const address = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => `10.0.0.${n}`) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((n) => `fd00::${n}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('8.8.8.8', '127.0.0.1', '169.254.169.254', '010.0.0.1', 'host', 'fe80::1'),
  },
);
const status = fc.constantFrom<CheckStatus>('passing', 'warning', 'critical');
const instances: fc.Arbitrary<readonly Instance[]> = fc.array(
  fc.tuple(address, status).map(([at, is]) => instance(at, is)),
  { maxLength: 8 },
);
const ownAddresses = fc.uniqueArray(
  fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', 'fd00::1', 'fd00::2'),
);
const multivalueSets = fc
  .tuple(ownAddresses, fc.constantFrom(5, 60), fc.uniqueArray(fc.constantFrom('10.0.0.9', '10.0.0.1')))
  .map(([ours, ttl, foreign]): readonly RecordSet[] => [
    ...ours.map((at) => multivalueSet(at, { ttl })),
    ...foreign.map((at) => foreignSet(at)),
  ]);
const current = fc.oneof(
  { weight: 5, arbitrary: multivalueSets },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      [simpleSet(['10.0.0.1', '10.0.0.9'])],
      [otherSet('weighted')],
      [otherSet('simple', 'CNAME')],
    ),
  },
);
const setting = fc
  .record({
    routing: fc.constantFrom('multivalue' as const, 'simple' as const),
    minHealthy: fc.integer({ min: 1, max: 3 }),
    onConflict: fc.constantFrom('refuse' as const, 'replace' as const),
  })
  .map(recordSetting);
const scenario = fc.record({ setting, instances, current, force: fc.boolean() });
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const decideIn = ({ setting, instances, current, force }: Scenario) =>
  decide(
    setting,
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets: current } },
    { force },
  );

/** The zone after the decision was carried out. */
function carriedOut(scenario: Scenario): readonly RecordSet[] {
  const decision = decideIn(scenario);
  return decision.verdict.decision === 'approve'
    ? applyChanges(scenario.current, changesOf(decision))
    : scenario.current;
}

const addressesIn = (sets: readonly RecordSet[]) => sets.filter(isAddressRecordSet).flatMap(addressesOf);

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
        const again = decideIn({ ...input, current: carriedOut(input) });
        if (decideIn(input).verdict.decision === 'approve') {
          expect(again.verdict).toEqual({ decision: 'approve' });
          expect(changesOf(again)).toEqual([]);
        }
      }),
    );
  });

  it('never touches what is not ours, unless it was asked to replace it', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const isForeign = (set: RecordSet) =>
          !isAddressRecordSet(set) ||
          (set.routing === 'multivalue'
            ? !isOwnedBy(input.setting.query.service, set)
            : input.setting.routing === 'multivalue');
        const foreign = input.current.filter(isForeign);
        if (input.setting.onConflict === 'replace') return;
        for (const { set } of changesOf(decideIn(input))) expect(foreign).not.toContain(set);
      }),
    );
  });

  it('never empties a name', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (addressesIn(input.current).length > 0)
          expect(addressesIn(carriedOut(input)).length).toBeGreaterThan(0);
      }),
    );
  });

  it('publishes exactly the healthy and allowed addresses, or nothing new', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const healthy = new Set(
          input.instances
            .filter(
              ({ checks, address }) =>
                checks[0]?.status === 'passing' && /^(10\.0\.0\.|fd00::)/.test(address),
            )
            .map(({ address }) => address),
        );
        const before = new Set<string>(addressesIn(input.current));
        for (const at of addressesIn(carriedOut(input))) expect(healthy.has(at) || before.has(at)).toBe(true);
        if (decideIn(input).verdict.decision === 'approve') {
          const ours = carriedOut(input)
            .filter(isAddressRecordSet)
            .filter((set) => set.routing === 'simple' || isOwnedBy('rdsproxy', set));
          for (const at of healthy) expect(addressesIn(ours)).toContain(at);
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
        for (const group of groups) {
          if (group.length > 1) expect(fits(costOf(group.flat()))).toBe(true);
          for (const part of group.length > 1 ? [group.flat()] : splitChanges(group.flat())) {
            expect(fits(costOf(part))).toBe(true);
          }
        }
        for (const record of records) expect(splitChanges(record).flat()).toHaveLength(record.length);
      }),
      { numRuns: 30 },
    );
  });
});
