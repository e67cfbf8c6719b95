import type { Address, RecordType } from '../domain/address.ts';
import {
  type AddressRecordSet,
  addressesOf,
  isAddressRecordSet,
  isPublishedByUs,
  isTextRecordSet,
  type RecordSet,
} from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { keeperOf } from './ownership.ts';

/**
 * Route 53 allows so many record sets of one name and type, under all routing policies but simple and failover together.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-entities-records
 */
export const MAX_SETS = 100;

/**
 * The sets of addresses that are ours at a record's name: by their identifiers or, under simple routing, since the name
 * is. At a name that nobody keeps, only those of this service are; a simple set carries no mark, and is somebody else's.
 */
export function ownSets(setting: RecordSetting, current: readonly RecordSet[]): readonly AddressRecordSet[] {
  const isUnclaimed = keeperOf(setting, current) === 'nobody';
  return current
    .filter(isAddressRecordSet)
    .filter((set) =>
      set.routing === 'multivalue'
        ? isPublishedByUs(set, isUnclaimed ? setting.query.service : undefined)
        : setting.routing === 'simple' && !isUnclaimed,
    );
}

/** The addresses that are in our sets at a record's name, sorted. */
export function publishedIn(own: readonly AddressRecordSet[]): readonly Address[] {
  return [...new Set(own.flatMap(addressesOf))].sort();
}

/** How many addresses of a type may be published at a record's name, beside what somebody else has there. */
export function roomFor(
  { routing, maxAddresses }: RecordSetting,
  type: RecordType,
  current: readonly RecordSet[],
): number {
  if (routing === 'simple') return maxAddresses;
  const others = current.filter(
    (set) =>
      isAddressRecordSet(set) && set.type === type && set.routing === 'multivalue' && !isPublishedByUs(set),
  );
  return Math.max(0, Math.min(maxAddresses, MAX_SETS - others.length));
}

/**
 * The sets of somebody else's that cannot stand beside ours of a type.
 *
 * @param own all sets that are ours.
 * @param wanted the types of which something is to be published.
 */
export function conflictingSets(
  setting: RecordSetting,
  type: RecordType,
  current: readonly RecordSet[],
  own: readonly RecordSet[],
  wanted: ReadonlySet<string>,
): readonly RecordSet[] {
  return current.filter((set) => {
    // These stand in the way of both types, and are replaced with the first one that has addresses.
    if (set.type === 'CNAME' || (set.type === 'TXT' && !isTextRecordSet(set)))
      return type === 'A' || !wanted.has('A');
    if (!isAddressRecordSet(set)) return set.type === type;
    if (set.type !== type && wanted.has(set.type)) return false;
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
