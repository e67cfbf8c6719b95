import type { RecordSet } from '../../emulators/route53/server.ts';
import type { Facts } from './facts.ts';

/** The record of the model, in Route 53's own form of a name. */
export const NAME = 'rdsproxy.corp.internal.';
export const SERVICE = 'rdsproxy';
export const TTL = 5;

/** In one record set, as simple routing has it. */
const MAX_VALUES = 400;

/** What a sound pass must make of the record: exactly these addresses, or whatever it was before. */
export type Expected =
  | { readonly kept: string }
  | { readonly addresses: ReadonlySet<string>; readonly replaced: readonly RecordSet[] };

/** Who writes, as the function is deployed here. */
const OWNER = 'consul-route53-updater';
const REVISION = '_consul-route53-updater.corp.internal.';

/** What the function keeps for itself: whose the name is, and its own revision. */
export function isBookkeeping({ name, type, setIdentifier }: RecordSet): boolean {
  return type === 'TXT' && setIdentifier === OWNER && (name === NAME || name === REVISION);
}

/** The function's revision; `undefined` before its first write. */
export function revisionIn(sets: readonly RecordSet[]): RecordSet | undefined {
  return sets.find((set) => set.name === REVISION && isBookkeeping(set));
}

/** Whether the name's registry record says that it is ours. */
export function isClaimed(sets: readonly RecordSet[]): boolean {
  return sets.some((set) => set.name === NAME && isBookkeeping(set));
}

/**
 * The sets at the record's name that are ours by their identifier or, under simple routing, by their place. A name that
 * is ours has no `consul/…` sets of others.
 */
export function ownSets(facts: Facts, sets: readonly RecordSet[]): readonly RecordSet[] {
  const prefix = isClaimed(sets) ? 'consul/' : `consul/${SERVICE}/`;
  return addressSets(sets).filter((set) =>
    set.multiValueAnswer
      ? set.setIdentifier?.startsWith(prefix)
      : facts.setting.routing === 'simple' && isSimple(set),
  );
}

export function addressSets(sets: readonly RecordSet[]): readonly RecordSet[] {
  return sets.filter(({ name, type }) => name === NAME && (type === 'A' || type === 'AAAA'));
}

export const valuesOf = (sets: readonly RecordSet[]): readonly string[] =>
  sets.flatMap(({ values }) => values);

/**
 * What the design says a fault-free pass does, in its own words, so that planner and guards are held to something
 * that is not themselves.
 */
export function expectedRecord(facts: Facts, sets: readonly RecordSet[]): Expected {
  const healthy = facts.healthy();
  const registered = facts.registered();
  const inTheWay = conflicts(facts, sets);
  if (inTheWay.length > 0 && facts.setting.onConflict === 'refuse') return { kept: 'conflict' };
  if (facts.setting.routing === 'simple' && mostOfAFamily(healthy) > MAX_VALUES)
    return { kept: 'too many addresses' };
  if (healthy.size < facts.setting.minHealthy) return { kept: 'too few healthy' };
  const published = new Set(valuesOf(ownSets(facts, sets).filter((set) => !isUnclaimed(facts, sets, set))));
  const out = [...published].filter((address) => !healthy.has(address));
  // A failing check is believed; only what is not even registered any more counts as vanished.
  const failing = out.filter((address) => registered.has(address));
  if (out.length > failing.length && 2 * healthy.size < published.size - failing.length)
    return { kept: 'vanished' };
  return { addresses: healthy, replaced: inTheWay };
}

/**
 * A simple set at a name of which nothing says that it is ours, and none of whose values Consul knows. It may be
 * somebody else's.
 */
export function isUnclaimed(
  facts: Facts,
  sets: readonly RecordSet[],
  { values, multiValueAnswer }: RecordSet,
): boolean {
  const registered = facts.registered();
  return !multiValueAnswer && !isClaimed(sets) && !values.some((value) => registered.has(value));
}

/** Sets of somebody else's that Route 53 would not let stand beside ours. */
function conflicts(facts: Facts, sets: readonly RecordSet[]): readonly RecordSet[] {
  const own = new Set(ownSets(facts, sets).filter((set) => !isUnclaimed(facts, sets, set)));
  return sets.filter((set) => {
    if (set.name !== NAME || own.has(set)) return false;
    // A simple TXT set has the place of the registry record.
    if (set.type === 'CNAME' || (set.type === 'TXT' && !set.multiValueAnswer))
      return facts.healthy().size > 0;
    if (!wants(facts, set.type)) return false;
    return facts.setting.routing === 'multivalue' ? !set.multiValueAnswer : true;
  });
}

function mostOfAFamily(addresses: ReadonlySet<string>): number {
  const six = [...addresses].filter((address) => address.includes(':')).length;
  return Math.max(six, addresses.size - six);
}

/** Whether there is an address to publish in this family. */
function wants(facts: Facts, type: string): boolean {
  return [...facts.healthy()].some((address) => (address.includes(':') ? 'AAAA' : 'A') === type);
}

/** Of an address, with simple routing. */
export function isSimple(set: RecordSet): boolean {
  if (set.type !== 'A' && set.type !== 'AAAA') return false;
  return set.setIdentifier === undefined && set.aliasTarget === undefined;
}
