import {
  type Address,
  parseAddress,
  RECORD_TYPES,
  type RecordType,
  recordTypeOf,
} from '../domain/address.ts';
import { listed, printable } from '../domain/printable.ts';
import {
  type AddressRecordSet,
  addressesOf,
  type Change,
  type RecordSet,
  setIdentifierFor,
} from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Desired } from './desired.ts';
import { conflictingSets, isOfName, ownSets, publishedIn } from './own-sets.ts';
import { keeperOf } from './ownership.ts';
import type { RefuseReason } from './reasons.ts';

/** What is and what should be, for one type at a record's name; `null` where it could not be found out. */
export interface RecordLine {
  readonly type: RecordType;
  /** The addresses in our record sets as they are now. */
  readonly published: readonly Address[] | null;
  readonly desired: readonly Address[] | null;
  /** In one atomic batch they turn the current sets into those that there should be. Empty when nothing differs. */
  readonly changes: readonly Change[];
  /** The addresses once the changes are made: the desired ones, but for what is held; absent without changes. */
  readonly after?: readonly Address[];
  /** A set that there is then, to be written once more by a request that only removes; absent if there is none. */
  readonly asserted?: AddressRecordSet;
  /** Why this type is left as it is, while the other one follows. */
  readonly refusal?: Refusal;
}

/** Settings or ownership forbid it. */
export interface Refusal {
  readonly decision: 'refuse';
  readonly reason: RefuseReason;
  readonly message: string;
}

/** A line of which everything is known. */
export interface TypePlan extends RecordLine {
  readonly published: readonly Address[];
  readonly desired: readonly Address[];
  readonly after: readonly Address[];
  /** Sets of somebody else's that cannot stand beside ours. */
  readonly conflicts: readonly RecordSet[];
  /** Whether one of them stands in the way of the other type, too. */
  readonly isNameTaken: boolean;
}

/**
 * Plans one record: which changes turn what Route 53 has at its name into what should be there.
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
 * is none, only those of this service are, and no simple set; any other that would be taken for ours from then on is a
 * conflict.
 *
 * A conflict matters only where we have something to publish, and for its own type, unless nothing can stand beside it: a
 * CNAME, a simple TXT set, which has the place of the registry record, or what would be taken for ours. With
 * `onConflict: "replace"` the changes delete the conflicting sets too; otherwise nothing of that type is written, and what is
 * to leave does.
 *
 * @param current every record set at the name, of any type.
 * @param target the addresses that the name should have: the desired ones, but for what is held.
 */
export function planRecord(
  setting: RecordSetting,
  desired: Desired,
  current: readonly RecordSet[],
  target: readonly Address[] = desired.addresses,
): readonly TypePlan[] {
  const own = ownSets(setting, current);
  const keeper = keeperOf(setting, current);
  const types = RECORD_TYPES.map((type) => ({
    type,
    sets: setsOf(setting, type, own, target, desired.addresses),
  }));
  const wanting = types.filter(({ sets }) => sets.desired.length > 0 || sets.writes.length > 0);
  const wantingTypes = new Set<string>(wanting.map(({ type }) => type));
  const why = reasonFor(setting, desired.registered);
  const plans = types.map(({ type, sets }) => {
    const conflicts = wantingTypes.has(type)
      ? conflictingSets(setting, type, current, own, wantingTypes)
      : [];
    // Who has a type that we want has a name that nobody keeps.
    const isNameTaken = conflicts.some((set) => keeper === 'nobody' || isOfName(setting, set, own));
    const isTaken = isNameTaken || keeper === 'another';
    const isRefused = setting.onConflict === 'refuse' && (isTaken || conflicts.length > 0);
    const line = isRefused
      ? planType(type, isTaken ? asTheyAre(sets) : withoutWrites(sets), [], why)
      : planType(type, sets, conflicts, why);
    return { ...line, conflicts, isNameTaken };
  });
  const [first, ...others] = plans.filter(
    ({ published, desired: wanted, changes }) => published.length + wanted.length + changes.length > 0,
  );
  return first ? [first, ...others] : plans.slice(0, 1);
}

/** What a type has, and what it should have. */
interface Sets {
  readonly own: readonly AddressRecordSet[];
  readonly wanted: readonly AddressRecordSet[];
  readonly writes: readonly AddressRecordSet[];
  readonly desired: readonly Address[];
}

function setsOf(
  setting: RecordSetting,
  type: RecordType,
  ownOfAll: readonly AddressRecordSet[],
  target: readonly Address[],
  addresses: readonly Address[],
): Sets {
  const ofType = (address: Address) => recordTypeOf(address) === type;
  const own = ownOfAll.filter((set) => set.type === type);
  const wanted = desiredSets(setting, type, target.filter(ofType));
  const writes = wanted.filter((set) => !own.some((other) => equalSets(set, other)));
  return { own, wanted, writes, desired: addresses.filter(ofType) };
}

function asTheyAre({ own, desired }: Sets): Sets {
  return { own, wanted: own, writes: [], desired };
}

/** What somebody else's sets stand in the way of is not written; what is to leave does. */
function withoutWrites({ own, wanted, desired }: Sets): Sets {
  const target = new Set(wanted.flatMap(addressesOf));
  const isKept = (addresses: readonly Address[]) =>
    addresses.length > 0 && addresses.every((address) => target.has(address));
  return { own, wanted: own.filter((set) => isKept(addressesOf(set))), writes: [], desired };
}

function planType(
  type: RecordType,
  { own, wanted, writes, desired }: Sets,
  replaced: readonly RecordSet[],
  why: Why,
): Omit<TypePlan, 'conflicts' | 'isNameTaken'> {
  const published = publishedIn(own);
  const deletions = own.filter((set) => !wanted.some((other) => sameIdentity(set, other)));
  const isHealthy = (set: AddressRecordSet) => addressesOf(set).some((address) => desired.includes(address));
  const asserted = wanted.find(isHealthy) ?? wanted[0];
  return {
    ...{ type, published, desired, after: publishedIn(wanted) },
    ...(asserted && { asserted }),
    changes: [
      ...replaced.map((set): Change => ({ action: 'DELETE', set, message: `replace ${describeSet(set)}` })),
      ...deletions.map(
        (set): Change => ({ action: 'DELETE', set, message: list('remove', set.values, why) }),
      ),
      ...writes.map((set): Change => {
        const before = own.find((other) => sameIdentity(set, other));
        const message = writeMessage(set, before, why);
        return before ? { action: 'REPLACE', before, set, message } : { action: 'CREATE', set, message };
      }),
    ],
  };
}

/** Why a value is in or out, with the node that it belongs to. */
export type Why = (value: string) => string;

/** What Consul says of an address, or why it may not be there. */
export function reasonFor({ addressPolicy }: RecordSetting, registered: Desired['registered']): Why {
  return (value) => {
    const address = parseAddress(value);
    if (!address) return 'not an address';
    return registered.get(address) ?? addressPolicy.refusalOf(address) ?? 'no longer registered';
  };
}

/** The record sets that publish these addresses, all of one type. */
function desiredSets(
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

/** Whether the one cannot stand beside the other, but takes its place. Both are of one name and type. */
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

/** A change in words: `remove 10.0.0.1 (a: check "x" is critical)`. */
export function list(verb: 'add' | 'remove', values: readonly string[], why: Why): string {
  return `${verb} ${values.map((value) => `${value} (${why(value)})`).join(', ')}`;
}

/** A record set in words: `the simple A record set [10.0.0.9]`. */
export function describeSet(set: RecordSet): string {
  const routing = set.type === 'CNAME' ? '' : `${set.routing} `;
  const identifier = 'setIdentifier' in set ? ` "${printable(String(set.setIdentifier))}"` : '';
  const told = listed(
    set.values.map((value) => printable(value)),
    ', ',
  );
  const values = set.values.length > 0 ? ` [${told}]` : '';
  return `the ${routing}${printable(set.type)} record set${identifier}${values}`;
}
