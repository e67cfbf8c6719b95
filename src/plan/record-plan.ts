import {
  type Address,
  parseAddress,
  RECORD_TYPES,
  type RecordType,
  recordTypeOf,
} from '../domain/address.ts';
import {
  type AddressRecordSet,
  addressesOf,
  isAddressRecordSet,
  isPublishedByUs,
  isTextRecordSet,
  type RecordSet,
  setIdentifierFor,
  type TextRecordSet,
} from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Desired } from './desired.ts';
import { keeperOf } from './ownership.ts';

/** One change to one record set. The message says it in words, the same in log, dry run and test. */
export type Change =
  /** `CREATE` fails where the set is there already; `UPSERT` writes over it. */
  | {
      readonly action: 'CREATE' | 'UPSERT';
      readonly set: AddressRecordSet | TextRecordSet;
      readonly message: string;
    }
  | { readonly action: 'DELETE'; readonly set: RecordSet; readonly message: string };

/** What is and what should be, for one type at a record's name; `null` where it could not be found out. */
export interface RecordLine {
  readonly type: RecordType;
  /** The addresses in our record sets as they are now. */
  readonly published: readonly Address[] | null;
  readonly desired: readonly Address[] | null;
  /** In one atomic batch they turn the current sets into the desired ones. Empty when nothing differs. */
  readonly changes: readonly Change[];
}

/** A line of which everything is known. */
export interface TypePlan extends RecordLine {
  readonly published: readonly Address[];
  readonly desired: readonly Address[];
  /** Sets of somebody else's that cannot stand beside ours. */
  readonly conflicts: readonly RecordSet[];
}

/**
 * Plans one record: which changes turn what Route 53 has at its name into what is desired.
 *
 *  | a set at the name                          | multivalue                     | simple                          |
 *  | ------------------------------------------ | ------------------------------ | ------------------------------- |
 *  | multivalue, identifier `consul/<service>/…`| ours: kept, changed or removed | ours: removed in the same batch |
 *  | multivalue, any other identifier           | somebody else's: left alone    | conflict                        |
 *  | simple                                     | conflict                       | ours: kept, changed or removed  |
 *  | alias, weighted, latency …                 | conflict                       | conflict                        |
 *  | CNAME, simple TXT                          | conflict                       | conflict                        |
 *  | another type                               | left alone                     | left alone                      |
 *
 * The name's registry record decides what is ours. If it is ours, so are the sets `consul/…` of any service. Where there
 * is none, only those of this service are, and a simple set only if Consul knows one of its addresses; any other that
 * would be taken for ours from then on is a conflict.
 *
 * A conflict matters only where we have something to publish. With `onConflict: "replace"` the changes delete
 * the conflicting sets too; otherwise there are no changes for that type. A simple TXT set stands in the way of the
 * registry record.
 *
 * @param current every record set at the name, of any type.
 */
export function planRecord(
  setting: RecordSetting,
  desired: Desired,
  current: readonly RecordSet[],
): readonly TypePlan[] {
  const plans = RECORD_TYPES.map((type) => planType(setting, type, desired, current));
  const [first, ...others] = plans.filter((plan) => plan.published.length > 0 || plan.desired.length > 0);
  return first ? [first, ...others] : plans.slice(0, 1);
}

/** What is published at a record's name, where nothing is known of what is desired. */
export function publishedLines(setting: RecordSetting, current: readonly RecordSet[]): readonly RecordLine[] {
  const own = ownSets(setting, current, undefined);
  const lines = RECORD_TYPES.map((type): RecordLine => {
    const published = uniqueSorted(own.filter((set) => set.type === type).flatMap(addressesOf));
    return { type, published, desired: null, changes: [] };
  });
  const [first, ...others] = lines.filter(({ published }) => published && published.length > 0);
  return first ? [first, ...others] : lines.slice(0, 1);
}

function planType(
  setting: RecordSetting,
  type: RecordType,
  { addresses, registered }: Desired,
  current: readonly RecordSet[],
): TypePlan {
  const desired = addresses.filter((address) => recordTypeOf(address) === type);
  const allOwn = ownSets(setting, current, registered);
  const own = allOwn.filter((set) => set.type === type);
  const published = uniqueSorted(own.flatMap(addressesOf));
  const conflicts = desired.length === 0 ? [] : conflictingSets(setting, type, current, allOwn, addresses);
  const plan = { type, published, desired, conflicts };
  const isRefused = conflicts.length > 0 || keeperOf(setting, current) === 'another';
  if (isRefused && setting.onConflict === 'refuse') return { ...plan, changes: [] };

  const wanted = desiredSets(setting, type, desired);
  const deletions = own.filter((set) => !wanted.some((other) => sameIdentity(set, other)));
  const writes = wanted.filter((set) => !own.some((other) => equalSets(set, other)));
  const why: Why = (value) => {
    const address = parseAddress(value);
    return (address && registered.get(address)) ?? 'no longer registered';
  };
  return {
    ...plan,
    changes: [
      ...conflicts.map((set): Change => ({ action: 'DELETE', set, message: `replace ${describeSet(set)}` })),
      ...deletions.map(
        (set): Change => ({ action: 'DELETE', set, message: list('remove', set.values, why) }),
      ),
      ...writes.map((set): Change => {
        const before = own.find((other) => sameIdentity(set, other));
        return { action: before ? 'UPSERT' : 'CREATE', set, message: writeMessage(set, before, why) };
      }),
    ],
  };
}

/** Why a value is in or out, with the node that it belongs to. */
type Why = (value: string) => string;

/** @param registered every address that Consul knows; `undefined` if Consul is not known. */
function ownSets(
  setting: RecordSetting,
  current: readonly RecordSet[],
  registered: ReadonlyMap<Address, unknown> | undefined,
): readonly AddressRecordSet[] {
  const isUnclaimed = keeperOf(setting, current) === 'nobody';
  return current.filter(isAddressRecordSet).filter((set) => {
    if (set.routing === 'multivalue')
      return isPublishedByUs(set, isUnclaimed ? setting.query.service : undefined);
    if (setting.routing === 'multivalue') return false;
    // A simple set carries no mark of its own, so it may be somebody else's.
    return !isUnclaimed || !registered || addressesOf(set).some((address) => registered.has(address));
  });
}

function conflictingSets(
  setting: RecordSetting,
  type: RecordType,
  current: readonly RecordSet[],
  own: readonly RecordSet[],
  desired: readonly Address[],
): readonly RecordSet[] {
  const desiredTypes = new Set(desired.map(recordTypeOf));
  return current.filter((set) => {
    // These stand in the way of both types, and are replaced with the first one that has addresses.
    if (set.type === 'CNAME' || (set.type === 'TXT' && !isTextRecordSet(set)))
      return type === 'A' || !desiredTypes.has('A');
    if (!isAddressRecordSet(set)) return set.type === type;
    if (set.type !== type && desiredTypes.has(set.type)) return false;
    // It would be taken for ours once the name is.
    const looksLikeOurs =
      !own.includes(set) &&
      (set.routing === 'multivalue' ? isPublishedByUs(set) : setting.routing === 'simple');
    return looksLikeOurs || (set.type === type && !mayStayBeside(setting, set, own));
  });
}

/** Whether a set may stand beside ours of the same type. */
function mayStayBeside(
  { routing }: RecordSetting,
  set: AddressRecordSet,
  own: readonly RecordSet[],
): boolean {
  return routing === 'multivalue' ? set.routing === 'multivalue' : own.includes(set);
}

/** The record sets that publish these addresses, all of one type. */
export function desiredSets(
  setting: RecordSetting,
  type: RecordType,
  addresses: readonly Address[],
): readonly AddressRecordSet[] {
  const { name, ttl, query } = setting;
  if (addresses.length === 0) return [];
  if (setting.routing === 'simple') return [{ routing: 'simple', name, type, ttl, values: addresses }];
  return addresses.map((address) => ({
    routing: 'multivalue',
    name,
    type,
    ttl,
    setIdentifier: setIdentifierFor(query.service, address),
    values: [address],
  }));
}

/** Whether an UPSERT of the one would overwrite the other. Both are of one name and type. */
function sameIdentity(left: AddressRecordSet, right: AddressRecordSet): boolean {
  const identifier = (set: AddressRecordSet) =>
    set.routing === 'multivalue' ? set.setIdentifier : undefined;
  return left.routing === right.routing && identifier(left) === identifier(right);
}

/** Whether two sets differ at most in the order and notation of their values. An attached health check is a difference. */
function equalSets(left: AddressRecordSet, right: AddressRecordSet): boolean {
  const values = (set: AddressRecordSet) => [...addressesOf(set)].sort().join();
  return (
    sameIdentity(left, right) &&
    left.ttl === right.ttl &&
    left.healthCheckId === right.healthCheckId &&
    left.values.length === right.values.length &&
    values(left) === values(right)
  );
}

function writeMessage(set: AddressRecordSet, before: AddressRecordSet | undefined, why: Why): string {
  if (!before) return list('add', set.values, why);
  const had = new Set<string>(addressesOf(before));
  const has = new Set<string>(set.values);
  const added = set.values.filter((value) => !had.has(value));
  const removed = [...had].filter((value) => !has.has(value));
  const parts: string[] = [];
  if (added.length > 0) parts.push(list('add', added, why));
  if (removed.length > 0) parts.push(list('remove', removed, why));
  if (before.ttl !== set.ttl) {
    parts.push(`change the TTL of ${set.values.join(', ')} from ${before.ttl} to ${set.ttl} seconds`);
  }
  if (before.healthCheckId !== undefined) {
    parts.push(`detach health check ${before.healthCheckId} from ${set.values.join(', ')}`);
  }
  return parts.length > 0 ? parts.join('; ') : `restore ${set.values.join(', ')}`;
}

function list(verb: 'add' | 'remove', values: readonly string[], why: Why): string {
  return `${verb} ${values.map((value) => `${value} (${why(value)})`).join(', ')}`;
}

/** A record set in words: `the simple A record set [10.0.0.9]`. */
export function describeSet(set: RecordSet): string {
  const routing = set.type === 'CNAME' ? '' : `${set.routing} `;
  const identifier = 'setIdentifier' in set ? ` "${set.setIdentifier}"` : '';
  const values = set.values.length > 0 ? ` [${set.values.join(', ')}]` : '';
  return `the ${routing}${set.type} record set${identifier}${values}`;
}

function uniqueSorted(addresses: readonly Address[]): readonly Address[] {
  return [...new Set(addresses)].sort();
}
