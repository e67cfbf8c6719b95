import type { RecordSet } from '../../emulators/route53/server.ts';
import type { Facts } from './facts.ts';

/** The record of the model, in Route 53's own form of a name. */
export const NAME = 'rdsproxy.corp.internal.';
export const SERVICE = 'rdsproxy';
export const TTL = 5;

/** How many addresses of a type there is room for, as the settings are here. */
const ROOM = 100;

/** What a sound pass must make of the record: exactly these addresses, or whatever it was before. */
export type Expected =
  | { readonly kept: string }
  | {
      readonly addresses: ReadonlySet<string>;
      readonly replaced: readonly RecordSet[];
      /** The types of which somebody else has sets that ours cannot stand beside: nothing of these is written. */
      readonly taken: ReadonlySet<string>;
      /** Why these are not just the healthy ones. */
      readonly held?: string;
    };

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
  const taken = takenTypes(facts, sets);
  const published = publishedIn(facts, sets);
  const healthy = publishable(facts, sets);
  const { kept, why } = keptIn(facts, sets, healthy);
  const staying = published.filter((address) => healthy.has(address) || kept.includes(address));
  const addresses = new Set(staying);
  let waits = false;
  for (const address of [...healthy].sort()) {
    const type = typeOf(address);
    if (addresses.has(address)) continue;
    if ([...addresses].filter((each) => typeOf(each) === type).length < roomFor(facts, sets, type))
      addresses.add(address);
    else waits = true;
  }
  const inTheWay = conflicts(facts, sets, addresses);
  const isRefused = facts.setting.onConflict === 'refuse';
  // Who has a type that is wanted has a name that nobody keeps.
  if (isRefused && inTheWay.some((set) => !isClaimed(sets) || isOfName(facts, set)))
    return { kept: 'conflict' };
  const held = why ?? (waits ? 'too many addresses' : undefined);
  return { addresses, taken, replaced: isRefused ? [] : inTheWay, ...(held && { held }) };
}

/** The healthy addresses that somebody else's sets do not keep out. */
export function publishable(facts: Facts, sets: readonly RecordSet[]): ReadonlySet<string> {
  const taken = takenTypes(facts, sets);
  const published = publishedIn(facts, sets);
  return new Set(
    [...facts.healthy()].filter((address) => !taken.has(typeOf(address)) || published.includes(address)),
  );
}

/** Whether nothing of ours can stand beside a set, of whatever type; a simple set of ours has no mark of its own. */
function isOfName(facts: Facts, set: RecordSet): boolean {
  return set.type === 'CNAME' || set.type === 'TXT' || (isSimple(set) && facts.setting.routing === 'simple');
}

function takenTypes(facts: Facts, sets: readonly RecordSet[]): ReadonlySet<string> {
  if (facts.setting.onConflict === 'replace') return new Set();
  const own = ownSets(facts, sets).filter((set) => !isUnclaimed(sets, set));
  const others = addressSets(sets).filter((set) => !own.includes(set) && !isOfName(facts, set));
  const isInTheWay = (set: RecordSet) => facts.setting.routing === 'simple' || !set.multiValueAnswer;
  return new Set(others.filter(isInTheWay).map(({ type }) => type));
}

/** The addresses that are published though they are not healthy, and must stay. No hold ends while the model runs. */
function keptIn(
  facts: Facts,
  sets: readonly RecordSet[],
  healthy: ReadonlySet<string>,
): { readonly kept: readonly string[]; readonly why?: string } {
  const { minHealthy } = facts.setting;
  const registered = facts.registered();
  const out = publishedIn(facts, sets).filter((address) => !healthy.has(address));
  const gone = out.filter((address) => !registered.has(address));
  if (healthy.size < minHealthy)
    return { kept: healthy.size + gone.length >= minHealthy ? gone : out, why: 'too few healthy' };
  // A failing check is believed; only what is not even registered any more counts as vanished.
  const published = publishedIn(facts, sets);
  const failing = out.filter((address) => registered.has(address)).length;
  const added = [...healthy].filter((address) => !published.includes(address)).length;
  const note = sets.find((set) => set.name === NAME && isBookkeeping(set))?.values.join() ?? '';
  // How many the name had, of which some failed; what fails now does so besides, and what comes may be one of them.
  const had = [...note.matchAll(/peak=(\d+)(?:-(\d+))?\//g)].map(
    ([, count, failed = '0']) =>
      Number(count) - Math.min(Number(count), Math.max(0, Number(failed) + failing - added)),
  );
  const expected = Math.max(healthy.size + gone.length, ...had);
  if (gone.length > 0 && healthy.size < expected / 2) return { kept: gone, why: 'vanished' };
  return { kept: [] };
}

function publishedIn(facts: Facts, sets: readonly RecordSet[]): readonly string[] {
  const own = ownSets(facts, sets).filter((set) => !isUnclaimed(sets, set));
  return [...new Set(valuesOf(own))];
}

function roomFor(facts: Facts, sets: readonly RecordSet[], type: string): number {
  if (facts.setting.routing === 'simple') return ROOM;
  const others = addressSets(sets).filter(
    (set) => set.type === type && set.multiValueAnswer && !set.setIdentifier?.startsWith('consul/'),
  );
  return ROOM - others.length;
}

const typeOf = (address: string) => (address.includes(':') ? 'AAAA' : 'A');

/**
 * The sets that publish these addresses, as the design describes them; of a type that is taken, those that do already.
 *
 * @param before every set at the name.
 */
export function expectedSets(
  facts: Facts,
  { addresses, taken }: Extract<Expected, { addresses: unknown }>,
  before: readonly RecordSet[],
): readonly RecordSet[] {
  const isTaken = (address: string) => taken.has(typeOf(address));
  const stay = ownSets(facts, before).filter(
    (set) => taken.has(set.type) && set.values.every((value) => addresses.has(value)),
  );
  return [...stay, ...wantedSets(facts, new Set([...addresses].filter((address) => !isTaken(address))))];
}

function wantedSets(facts: Facts, addresses: ReadonlySet<string>): readonly RecordSet[] {
  return (['A', 'AAAA'] as const).flatMap((type): readonly RecordSet[] => {
    const values = [...addresses].filter((address) => typeOf(address) === type).sort();
    if (facts.setting.routing === 'simple')
      return values.length > 0 ? [{ name: NAME, type, ttl: TTL, values }] : [];
    return values.map((address) => ({
      ...{ name: NAME, type, ttl: TTL, values: [address] },
      setIdentifier: `consul/${SERVICE}/${address}`,
      multiValueAnswer: true,
    }));
  });
}

/** Comparable: in one order, with values in one order, without fields that are not set. */
export function byKey(sets: readonly RecordSet[]): readonly string[] {
  return sets
    .map(({ name, type, setIdentifier, ttl, values, multiValueAnswer, ...rest }) =>
      JSON.stringify([name, type, setIdentifier, ttl, [...values].sort(), multiValueAnswer, rest]),
    )
    .sort();
}

/** A simple set at a name of which nothing says that it is ours: it is somebody else's. */
export function isUnclaimed(sets: readonly RecordSet[], { multiValueAnswer }: RecordSet): boolean {
  return !multiValueAnswer && !isClaimed(sets);
}

/** Sets of somebody else's that Route 53 would not let stand beside ours. They matter where there is something to write. */
function conflicts(
  facts: Facts,
  sets: readonly RecordSet[],
  addresses: ReadonlySet<string>,
): readonly RecordSet[] {
  const own = ownSets(facts, sets).filter((set) => !isUnclaimed(sets, set));
  const there = byKey(own);
  const missing = wantedSets(facts, addresses).filter(
    (set) => !byKey([set]).every((key) => there.includes(key)),
  );
  const types = new Set([...[...facts.healthy()].map(typeOf), ...missing.map(({ type }) => type)]);
  return sets.filter((set) => {
    if (set.name !== NAME || own.includes(set)) return false;
    // A simple TXT set has the place of the registry record.
    if (set.type === 'CNAME' || (set.type === 'TXT' && !set.multiValueAnswer)) return types.size > 0;
    // It would be ours as soon as the name is.
    if (isSimple(set) && facts.setting.routing === 'simple') return types.size > 0;
    if (!types.has(set.type)) return false;
    return facts.setting.routing === 'multivalue' ? !set.multiValueAnswer : true;
  });
}

/** Of an address, with simple routing. */
export function isSimple(set: RecordSet): boolean {
  if (set.type !== 'A' && set.type !== 'AAAA') return false;
  return set.setIdentifier === undefined && set.aliasTarget === undefined;
}
