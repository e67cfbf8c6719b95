import fc from 'fast-check';
import { parseAddress } from '../../src/domain/address.ts';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import { isAddressRecordSet, isPublishedByUs, type RecordSet } from '../../src/domain/record-set.ts';
import { decide } from '../../src/plan/decide.ts';
import { findRegistry, keeperOf } from '../../src/plan/ownership.ts';
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
} from './records.ts';

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
  fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', 'fd00::1', 'fd00::2', '169.254.169.254'),
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
      [simpleSet(['10.0.0.1', '10.0.0.9', '8.8.8.8'])],
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
export const scenario = fc.record({ setting, instances, current, force: fc.boolean() });
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** @param now milliseconds since 1970. */
export const decideIn = ({ setting, instances, current, force }: Scenario, now = 0) =>
  decide(
    setting,
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets: current } },
    { force, now },
  );

/** The zone after each request of the decision, the zone as it was first. */
export function statesOf(scenario: Scenario, now = 0): readonly (readonly RecordSet[])[] {
  const decision = decideIn(scenario, now);
  const states = [scenario.current];
  if (decision.verdict.decision === 'approve')
    for (const request of decision.requests) states.push(applyChanges(states.at(-1) ?? [], request));
  return states;
}

/** The zone after the decision was carried out. */
export const carriedOut = (scenario: Scenario, now = 0) => statesOf(scenario, now).at(-1) ?? [];

/** Whether a set is not for us to touch, as the record setting stands. */
export function isForeign(set: RecordSet, { setting, current }: Scenario): boolean {
  if (findRegistry([set])) return false;
  if (!isAddressRecordSet(set)) return true;
  const isOurs = keeperOf(setting, current) === 'us';
  if (set.routing === 'multivalue') return !isPublishedByUs(set, isOurs ? undefined : setting.query.service);
  // A simple set has no mark of its own.
  return setting.routing === 'multivalue' || keeperOf(setting, current) === 'nobody';
}

/** Whether an address may be published, in every scenario. */
export const isAllowed = (text: string) => {
  const address = parseAddress(text);
  return address !== undefined && addressPolicy().refusalOf(address) === undefined;
};

/** The addresses in our own sets. */
export const ourAddresses = (sets: readonly RecordSet[], scenario: Scenario) =>
  addressesIn(sets.filter((set) => !isForeign(set, { ...scenario, current: sets })));

/** The addresses that are healthy and may be published. */
export const healthyIn = ({ instances }: Scenario) =>
  new Set(
    instances
      .filter(({ checks, address }) => checks[0]?.status === 'passing' && isAllowed(address))
      .map(({ address }) => address),
  );
