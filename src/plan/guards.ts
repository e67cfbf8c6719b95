import { type Address, recordTypeOf } from '../domain/address.ts';
import { listed } from '../domain/printable.ts';
import { isInZone, type RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import type { Desired } from './desired.ts';
import { roomFor } from './own-sets.ts';
import type { Registration } from './ownership.ts';
import type { FailReason, Hold, HoldReason, RefuseReason, SourceHold } from './reasons.ts';
import { describeSet, type Refusal, type TypePlan } from './record-plan.ts';

/**
 * What the guards say of a plan. Where they approve, some addresses may be held all the same, the worst reason first. The
 * message says why, in words; what is kept or what to do is not in it.
 */
export type Verdict =
  | { readonly decision: 'approve'; readonly holds?: readonly [AddressHold, ...AddressHold[]] }
  | Objection;

/** Why some addresses stay, or do not come yet. Whatever else there is to do at the name is done. */
export type AddressHold = Hold & { readonly addresses: readonly Address[]; readonly message: string };

/** Why a record is not changed at all. `fail`: Route 53 could not be read or changed, whatever the plan. */
export type Objection =
  | ({ readonly decision: 'hold'; readonly message: string } & Hold)
  | Refusal
  | { readonly decision: 'fail'; readonly reason: FailReason; readonly message: string };

/** All that is looked at to refuse a plan. */
export interface Review {
  readonly setting: RecordSetting;
  readonly plans: readonly TypePlan[];
  /** What the registry record at the name says, if there is one. */
  readonly registration?: Registration | undefined;
}

/** Entries of a list in a message, which is read by a person. */
const SHOWN = 5;

/** Only private zones are written: a public one would tell the world about private addresses. */
export function reviewZone(zone: Zone): Objection | undefined {
  if (zone.private) return undefined;
  return refuse('public-zone', `${describeZone(zone)} is public, and only private zones are written`);
}

/** A record must have a name in its zone. */
export function reviewName(name: RecordName, zone: Zone): Objection | undefined {
  return isInZone(name, zone.name)
    ? undefined
    : refuse('outside-zone', `${name} is not in ${describeZone(zone)}`);
}

/** A zone in words: `the hosted zone Z1 (corp.internal)`. */
export function describeZone({ id, name }: Zone): string {
  return `the hosted zone ${id} (${name})`;
}

/** Whether settings or ownership forbid a plan; the first guard that objects decides. */
export function reviewPlan(review: Review): Objection | undefined {
  return ownedByAnother(review) ?? conflict(review);
}

type Guard = (review: Review) => Objection | undefined;

const ownedByAnother: Guard = ({ setting, registration }) =>
  registration && registration.owner !== setting.owner && setting.onConflict === 'refuse'
    ? refuse(
        'owned-by-another',
        `${setting.name} is kept by the owner "${registration.owner}", for its service "${registration.service}"`,
      )
    : undefined;

const conflict: Guard = ({ setting, plans }) =>
  setting.onConflict === 'refuse' && plans.some(({ isNameTaken }) => isNameTaken)
    ? conflictAt(setting.name, plans)
    : undefined;

/** The record sets of somebody else at a name that cannot stand beside ours, whether or not they are to be replaced. */
export function conflictAt(name: RecordName, plans: readonly TypePlan[]): Refusal | undefined {
  const conflicts = [...new Set(plans.flatMap((plan) => plan.conflicts))];
  if (conflicts.length === 0) return undefined;
  return refuse(
    'conflict',
    `${name} already has ${listed(conflicts.map(describeSet), ' and ', SHOWN)}, which is not ours`,
  );
}

/** A hold of a plan, before it is known which addresses it concerns. */
interface PlanHold {
  readonly reason: Exclude<HoldReason, SourceHold['reason']>;
  readonly message: string;
}

/**
 * Why there are not enough healthy addresses to publish; `undefined` if there are.
 *
 * @param taken healthy ones that somebody else's sets are in the way of.
 * @param isNew whether the name never had an instance of the service. Then one that has none at all may be misspelt.
 */
export function tooFewHealthy({
  setting,
  desired,
  taken,
  isNew,
}: {
  readonly setting: RecordSetting;
  readonly desired: Desired;
  readonly taken: readonly Address[];
  readonly isNew: boolean;
}): PlanHold | undefined {
  const { minHealthy, query } = setting;
  const { service } = query;
  const allowed = desired.addresses.length;
  if (allowed - taken.length >= minHealthy) return undefined;
  if (allowed >= minHealthy)
    return hold(
      'below-minimum',
      `only ${allowed - taken.length} of ${allowed} healthy addresses of "${service}" can be published, fewer than minHealthy, ${minHealthy}: record sets of somebody else are in the way of ${listed(taken, ', ', SHOWN)}`,
    );
  const notAllowed = desired.instances.filter(({ decision }) => decision === 'not-allowed');
  if (notAllowed.length > 0 && healthyAddresses(desired) >= minHealthy) {
    return hold(
      'address-not-allowed',
      `too few healthy instances of "${service}" have an address that may be published`,
    );
  }
  const detail = unhealthyInstances(desired);
  if (allowed === 0) {
    const all = desired.instances.length;
    const none = `"${service}" has no instances in Consul, or none that the token may read`;
    if (all === 0)
      return isNew
        ? hold('unknown-service', `${none}, and never had one at this name`)
        : hold('no-healthy-instances', none);
    return hold(
      'no-healthy-instances',
      `${all === 1 ? 'the only instance' : `none of the ${all} instances`} of "${service}" ${all === 1 ? 'is not' : 'is'} healthy: ${detail}`,
    );
  }
  return hold(
    'below-minimum',
    `${allowed} healthy ${allowed === 1 ? 'address' : 'addresses'} of "${service}", fewer than minHealthy, ${minHealthy}${detail && `: ${detail}`}`,
  );
}

/**
 * Why addresses are held that are not registered any more.
 *
 * @param left how many healthy ones there are, of how many that are expected; `until`: when all are believed, in seconds
 *   since 1970.
 */
export function vanished(
  { query }: RecordSetting,
  addresses: readonly Address[],
  { left, expected, until }: { readonly left: number; readonly expected: number; readonly until: number },
): AddressHold {
  const are = addresses.length === 1 ? 'is' : 'are';
  const message = `${listed(addresses, ', ', SHOWN)} ${are} published but no longer registered in Consul as "${query.service}", which would leave ${left} of ${expected}; it is believed if Consul says the same until ${new Date(1_000 * until).toISOString()}`;
  return { reason: 'vanished', addresses, message };
}

/** Why healthy addresses are not added. */
export function noRoom(
  setting: RecordSetting,
  current: readonly RecordSet[],
  addresses: readonly Address[],
): AddressHold {
  const places = [...new Set(addresses.map(recordTypeOf))].map(
    (type) => `${roomFor(setting, type, current)} of type ${type}`,
  );
  const message = `${addresses.length} healthy ${addresses.length === 1 ? 'address waits' : 'addresses wait'}, as the name has room for ${places.join(' and ')}: ${listed(addresses, ', ', SHOWN)}`;
  return { reason: 'too-many-addresses', addresses, message };
}

function healthyAddresses(desired: Desired): number {
  const healthy = desired.instances.filter(({ decision }) => decision !== 'unhealthy');
  return new Set(healthy.map(({ address }) => address)).size;
}

/** Each instance that is out, and why. */
function unhealthyInstances(desired: Desired): string {
  const out = desired.instances.filter(({ decision }) => decision !== 'publish');
  return listed(
    out.map(({ node, why }) => `${node}: ${why}`),
    '; ',
    SHOWN,
  );
}

function hold(reason: PlanHold['reason'], message: string): PlanHold {
  return { reason, message };
}

function refuse(reason: RefuseReason, message: string): Refusal {
  return { decision: 'refuse', reason, message };
}
