import type { RecordName } from '../../src/domain/record-name.ts';
import type { Change, RecordSet, TextRecordSet } from '../../src/domain/record-set.ts';
import { revisionName, revisionSet } from '../../src/plan/ownership.ts';
import { type ZoneKnowledge, zoneKnowledge } from '../../src/reconcile/zone-knowledge.ts';
import { fakeClock } from './fake-clock.ts';
import { multivalueSet, ZONE } from './records.ts';
import { scriptedStore } from './scripted.ts';

export const a = 'a.corp.internal' as RecordName;
export const b = 'b.corp.internal' as RecordName;
/** The name of the revisions. */
export const REVISIONS = revisionName(ZONE);

/** What the owner blue knows of a zone in memory, on a clock of its own. */
export function openZone(sets: readonly RecordSet[] = []) {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  store.sets = sets;
  let count = 0;
  const nonce = () => `nonce${++count}`;
  const signal = new AbortController().signal;
  const zone = zoneKnowledge({ store, clock, nonce }, 'blue', signal);
  return { clock, store, zone };
}

/** A change that adds an address. */
export const add = (address: string, name: RecordName = a): Change => ({
  action: 'CREATE',
  set: multivalueSet(address, { name }) as Change['set'] & TextRecordSet,
  message: `add ${address}`,
});
/** Another writer's revision. */
export const revision = (number: number, by = 'stranger', owner = 'blue') =>
  revisionSet(ZONE, owner, number, by);
/** The values of the revisions in a zone, without their times. */
export const revisionsIn = (sets: readonly RecordSet[]) =>
  sets
    .filter(({ name }) => name === REVISIONS)
    .flatMap(({ values }) => values)
    .map((value) => value.replace(/,changed=[^"]*/, ''));
/** The value of a revision. */
export const says = (number: number, nonce: string, owner = 'blue') =>
  `"heritage=consul-route53-updater,owner=${owner},revision=${number}-${nonce}"`;
/** The values of what is known of a name, or why nothing is. */
export const setsAt = (zone: ZoneKnowledge, name: RecordName) => {
  const seen = zone.of(name);
  return seen.known ? seen.value.sets.map(({ values }) => values.join()) : seen.objection;
};
/** What was asked for, read by read. */
export const namesRead = (calls: ReturnType<typeof scriptedStore>['calls']) =>
  calls.flatMap(({ names }) => (names ? [names] : []));
