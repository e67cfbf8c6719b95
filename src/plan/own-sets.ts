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
export function ownSets(
  setting: Pick<RecordSetting, 'owner' | 'query' | 'routing'>,
  current: readonly RecordSet[],
): readonly AddressRecordSet[] {
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

/** Whether somebody else has sets of a type at a record's name that ours cannot stand beside, and that are to stay. */
export function isTaken(setting: RecordSetting, type: RecordType, current: readonly RecordSet[]): boolean {
  if (setting.onConflict === 'replace') return false;
  const own = ownSets(setting, current);
  return current.some(
    (set) => set.type === type && !isOfName(setting, set, own) && !mayStayBeside(setting, set, own),
  );
}

/**
 * Whether a set of somebody else's stands in the way of all that we would have at a name, and not just of one type: a
 * CNAME, a simple TXT set, which has the place of the registry record, and what would be taken for ours once the name is.
 */
export function isOfName(setting: RecordSetting, set: RecordSet, own: readonly RecordSet[]): boolean {
  if (set.type === 'CNAME') return true;
  if (set.type === 'TXT') return !isTextRecordSet(set);
  if (!isAddressRecordSet(set) || own.includes(set)) return false;
  return set.routing === 'multivalue' ? isPublishedByUs(set) : setting.routing === 'simple';
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
    const isAnyType = isOfName(setting, set, own);
    // What stands in the way of every type is replaced with its own, or with the first one that has addresses.
    if (isAnyType && set.type !== type) return !wanted.has(set.type) && (type === 'A' || !wanted.has('A'));
    return set.type === type && (isAnyType || !mayStayBeside(setting, set, own));
  });
}

/** Whether a set may stand beside ours of the same type. */
function mayStayBeside({ routing }: RecordSetting, set: RecordSet, own: readonly RecordSet[]): boolean {
  if (!isAddressRecordSet(set)) return false;
  return routing === 'multivalue' ? set.routing === 'multivalue' : own.includes(set);
}
