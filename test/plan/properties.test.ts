import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import { isAddressRecordSet, isPublishedByUs, type RecordSet } from '../../src/domain/record-set.ts';
import { costOf, fits, groupIntoBatches } from '../../src/plan/batches.ts';
import { changesOf, decide } from '../../src/plan/decide.ts';
import { findRegistry, keeperOf } from '../../src/plan/ownership.ts';
import { requestsOf } from '../../src/plan/request.ts';
import {
  addressesIn,
  applyChanges,
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  textSet,
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
/** What was published before for this service and, perhaps, for another one; and what somebody else has there. */
const multivalueSets = fc
  .tuple(
    ownAddresses,
    fc.constantFrom(5, 60),
    fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.7', 'fd00::1')),
    fc.uniqueArray(fc.constantFrom('10.0.0.9', '10.0.0.1')),
  )
  .map(([ours, ttl, formerly, foreign]): readonly RecordSet[] => [
    ...ours.map((at) => multivalueSet(at, { ttl })),
    ...formerly.map((at) => multivalueSet(at, { service: 'web' })),
    ...foreign.map((at) => foreignSet(at)),
  ]);
const addressSets = fc.oneof(
  { weight: 5, arbitrary: multivalueSets },
  {
    weight: 1,
    arbitrary: fc.constantFrom<readonly RecordSet[]>(
      [simpleSet(['10.0.0.1', '10.0.0.9'])],
      [simpleSet(['10.0.0.9'])],
      [simpleSet(['10.0.0.1']), simpleSet(['fd00::1'])],
      [otherSet('weighted')],
    ),
  },
);
/** Who keeps the name: we do, for this service or another; another owner; nobody; or a stranger has written there. */
const registry = fc.oneof(
  { weight: 3, arbitrary: fc.constant<readonly RecordSet[]>([registered()]) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<readonly RecordSet[]>(
      [],
      [registered({ service: 'web' })],
      [registered({ owner: 'another' })],
      [registered({ owner: 'another', service: 'web' })],
      [textSet('consul-route53-updater', '"somebody\'s"')],
      [registered(), textSet('spf', '"v=spf1 -all"')],
      [otherSet('simple', 'TXT')],
    ),
  },
);
const current = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(registry, addressSets).map((sets): readonly RecordSet[] => sets.flat()),
  },
  { weight: 1, arbitrary: fc.constant<readonly RecordSet[]>([otherSet('simple', 'CNAME')]) },
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

/** The zone after each request of the decision, the zone as it was first. */
function statesOf(scenario: Scenario): readonly (readonly RecordSet[])[] {
  const decision = decideIn(scenario);
  const states = [scenario.current];
  if (decision.verdict.decision === 'approve')
    for (const request of requestsOf(decision)) states.push(applyChanges(states.at(-1) ?? [], request));
  return states;
}

/** The zone after the decision was carried out. */
const carriedOut = (scenario: Scenario) => statesOf(scenario).at(-1) ?? [];

/** Whether a set is not for us to touch, as the record setting stands. */
function isForeign(set: RecordSet, { setting, current }: Scenario): boolean {
  if (findRegistry([set])) return false;
  if (!isAddressRecordSet(set)) return true;
  const isOurs = keeperOf(setting, current) === 'us';
  if (set.routing === 'multivalue') return !isPublishedByUs(set, isOurs ? undefined : setting.query.service);
  // A simple set has no mark of its own.
  return setting.routing === 'multivalue';
}

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
        if (input.setting.onConflict === 'replace') return;
        const foreign = input.current.filter((set) => isForeign(set, input));
        for (const { set } of requestsOf(decideIn(input)).flat()) expect(foreign).not.toContain(set);
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
        if (after !== input.current) expect(after).toContainEqual(registered());
      }),
    );
  });

  it('never empties a name, nor does any of its requests', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (addressesIn(input.current).length === 0) return;
        for (const state of statesOf(input)) expect(addressesIn(state).length).toBeGreaterThan(0);
      }),
    );
  });

  it('never empties a name, whatever somebody else removed there since it was read', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (input, seed) => {
        let state = input.current;
        for (const [index, request] of requestsOf(decideIn(input)).entries()) {
          if (decideIn(input).verdict.decision !== 'approve') return;
          const needed = request.flatMap(({ action, set }) => (action === 'DELETE' ? [set] : []));
          // What the request does not delete may be gone; what it deletes is there, or it is rejected whole.
          const isGone = (at: number) => ((seed >> (at % 16)) + index) % 2 === 0;
          state = state.filter((set, at) => needed.includes(set) || !isGone(at) || !isAddressRecordSet(set));
          const before = addressesIn(state).length;
          state = applyChanges(state, request);
          if (before > 0) expect(addressesIn(state).length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('publishes exactly the healthy and allowed addresses, or nothing new', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const healthy = new Set<string>(
          input.instances
            .filter(
              ({ checks, address }) =>
                checks[0]?.status === 'passing' && /^(10\.0\.0\.|fd00::)/.test(address),
            )
            .map(({ address }) => address),
        );
        const before = new Set<string>(addressesIn(input.current));
        const after = carriedOut(input);
        for (const at of addressesIn(after)) expect(healthy.has(at) || before.has(at)).toBe(true);
        if (decideIn(input).verdict.decision === 'approve') {
          const now = { ...input, current: after };
          const ours = after
            .filter(isAddressRecordSet)
            .filter((set) => set.routing === 'simple' || !isForeign(set, now));
          const others = after.filter((set) => isForeign(set, now));
          for (const at of healthy) expect(addressesIn(ours)).toContain(at);
          if (others.length === 0) expect(new Set(addressesIn(after))).toEqual(healthy);
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
