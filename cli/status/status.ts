import { parseAddress, type RecordType } from '../../src/domain/address.ts';
import { addressesOf, isAddressRecordSet, type RecordSet } from '../../src/domain/record-set.ts';
import {
  changedAt,
  findRevision,
  registrationIn,
  revisionName,
  revisionNumberOf,
} from '../../src/plan/ownership.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import type { OrphanReport } from '../names/orphans.ts';
import type { ListedZone } from '../names/zones.ts';
import { type Looked, recordKey } from './look-again.ts';
import type { Resolved } from './resolve.ts';

/** How a record stands: what a plan says of it, who keeps it, and what clients are told. */
export interface RecordStatus
  extends Pick<
    RecordReport,
    | 'name'
    | 'type'
    | 'zoneId'
    | 'service'
    | 'outcome'
    | 'reason'
    | 'cause'
    | 'message'
    | 'remedy'
    | 'published'
  > {
  /** Whether the zone could be listed. Otherwise the owner, the revision and since when are not known. */
  readonly isListed: boolean;
  /** Whether it is still pending after a time in which a function that runs would have changed it. */
  readonly overdue: boolean;
  /** Who keeps the name; `null` for nobody, or if the zone could not be listed. */
  readonly owner: string | null;
  /** Since when it is as it is, at the latest, as ISO 8601: the owner's last change in the zone; `null` if not known. */
  readonly since: string | null;
  /** Of the owner's revision in the zone; `null` if not known. */
  readonly revision: number | null;
  /** Addresses of healthy instances that may be published; `null` if Consul could not be read. */
  readonly healthy: number | null;
  /** Instances that are registered. */
  readonly instances: number | null;
  readonly resolver: Resolved;
  /** Addresses that the resolver still answers though no set at the name has them, whoever owns it; none if not known. */
  readonly outdated: readonly string[];
}

/** What `npm run status` reports. */
export interface StatusReport extends OrphanReport {
  readonly action: 'status';
  readonly stage: string | undefined;
  readonly owner: string;
  readonly records: readonly RecordStatus[];
}

/** Puts together how each record of a plan stands. */
export function recordStatus(
  record: RecordReport,
  zones: readonly ListedZone[],
  resolver: Resolved,
  overdue: Looked['overdue'],
): RecordStatus {
  const { name, type, zoneId, service, outcome, reason, cause, message, remedy, published } = record;
  const listed = zones.find(({ zone }) => zone.id === zoneId);
  const sets = listed?.sets.get(name) ?? [];
  const owner = registrationIn(sets)?.owner ?? null;
  const revision =
    listed && owner !== null
      ? findRevision(listed.sets.get(revisionName(listed.zone)) ?? [], owner)
      : undefined;
  const at = changedAt(revision);
  return {
    ...{ name, type, zoneId, service, outcome, message, published, owner, resolver },
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause }),
    ...(remedy !== undefined && { remedy }),
    isListed: listed !== undefined,
    overdue: overdue.has(recordKey(record)),
    outdated: listed ? outdatedIn(resolver, type, sets) : [],
    since: at === undefined ? null : new Date(at).toISOString(),
    revision: revision ? revisionNumberOf(revision) : null,
    healthy: record.desired?.length ?? null,
    instances: record.desired ? record.instances.length + (record.moreInstances ?? 0) : null,
  };
}

/** What an alias, a CNAME or a set under another routing policy answers is not known here; then nothing is outdated. */
function outdatedIn(resolver: Resolved, type: RecordType, sets: readonly RecordSet[]): readonly string[] {
  const isUnreadable = sets.some((set) => 'source' in set && [type, 'CNAME'].includes(set.type));
  if ('problem' in resolver || isUnreadable) return [];
  const present = new Set<string | undefined>(sets.filter(isAddressRecordSet).flatMap(addressesOf));
  return resolver.addresses.filter((address) => !present.has(parseAddress(address)));
}

/** Whether every record is as it should be, or will be in a moment. */
export function isSound({ records }: Pick<StatusReport, 'records'>): boolean {
  return !records.some((record) => isStopped(record) || record.overdue);
}

/** Whether a record is not as Consul says, and cannot be for now. */
export const isStopped = ({ outcome }: Pick<RecordStatus, 'outcome'>) =>
  outcome === 'held' || outcome === 'failed';
