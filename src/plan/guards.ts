import type { Address } from '../domain/address.ts';
import { isInZone, type RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import type { Desired } from './desired.ts';
import type { Registration } from './ownership.ts';
import type { FailReason, Hold, HoldReason, RefuseReason, SourceHold } from './reasons.ts';
import { describeSet, type TypePlan } from './record-plan.ts';

/** What the guards say of a plan. The message says why, in words; what is kept or what to do is not in it. */
export type Verdict = { readonly decision: 'approve' } | Objection;

/** Why a record is not changed. `fail`: Route 53 could not be read or changed, whatever the plan. */
export type Objection =
  | ({ readonly decision: 'hold'; readonly message: string } & Hold)
  | { readonly decision: 'refuse'; readonly reason: RefuseReason; readonly message: string }
  | { readonly decision: 'fail'; readonly reason: FailReason; readonly message: string };

/** All that a guard looks at. */
export interface Review {
  readonly setting: RecordSetting;
  readonly desired: Desired;
  readonly plans: readonly TypePlan[];
  /** What the registry record at the name says, if there is one. */
  readonly registration?: Registration | undefined;
  /** A manual override of `vanished`, and of nothing else. */
  readonly force: boolean;
  /** How many addresses left the record a short while ago since they were not registered, and were not replaced. */
  readonly departed?: number;
}

/** Route 53 allows this many values in one record set. */
const MAX_VALUES = 400;

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

/** Reviews a plan. The first guard that objects decides; refusals come before holds, as somebody must act on them. */
export function reviewPlan(review: Review): Verdict {
  for (const guard of [ownedByAnother, conflict, tooManyAddresses, tooFewHealthy, vanished]) {
    const verdict = guard(review);
    if (verdict) return verdict;
  }
  return { decision: 'approve' };
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
  setting.onConflict === 'replace' ? undefined : conflictAt(setting.name, plans);

/** The record sets of somebody else at a name that cannot stand beside ours, whether or not they are to be replaced. */
export function conflictAt(name: RecordName, plans: readonly TypePlan[]): Objection | undefined {
  const conflicts = [...new Set(plans.flatMap((plan) => plan.conflicts))];
  if (conflicts.length === 0) return undefined;
  return refuse(
    'conflict',
    `${name} already has ${conflicts.map(describeSet).join(' and ')}, which is not ours`,
  );
}

const tooManyAddresses: Guard = ({ setting, plans }) => {
  const plan = plans.find(({ desired }) => desired.length > MAX_VALUES);
  if (!plan || setting.routing !== 'simple') return undefined;
  return refuse(
    'too-many-addresses',
    `${plan.desired.length} healthy addresses do not fit in one simple ${plan.type} record set, which holds ${MAX_VALUES}`,
  );
};

/** Whether there are enough healthy addresses to publish. */
export function tooFewHealthy({
  setting,
  desired,
}: Pick<Review, 'setting' | 'desired'>): Objection | undefined {
  const { minHealthy, query } = setting;
  const { service } = query;
  const allowed = desired.addresses.length;
  if (allowed >= minHealthy) return undefined;
  const notAllowed = desired.instances.filter(({ decision }) => decision === 'not-allowed');
  if (notAllowed.length > 0 && healthyAddresses(desired) >= minHealthy) {
    const which = notAllowed.map(({ node, why }) => `${node}: ${why}`).join('; ');
    return hold(
      'address-not-allowed',
      `too few healthy instances of "${service}" have an address that may be published: ${which}`,
    );
  }
  const detail = unhealthyInstances(desired);
  if (allowed === 0) {
    const all = desired.instances.length;
    if (all === 0)
      return hold(
        'no-healthy-instances',
        `"${service}" has no instances in Consul, or none that the token may read`,
      );
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
 * A failing check is believed; an instance that is suddenly not even registered may be Consul's own loss (a
 * restored backup, a wrong datacenter, a token that sees less). So the failing ones are set aside first, and
 * if of the others more than half have vanished without replacement, what is published is kept. What was published for
 * another service was never registered in this one.
 */
const vanished: Guard = ({ setting, desired, plans, registration, force, departed = 0 }) => {
  const isMoved = registration !== undefined && registration.service !== setting.query.service;
  if (force || isMoved) return undefined;
  const published = plans.flatMap((plan) => plan.published);
  const healthy = new Set<Address>(desired.addresses);
  const missing = published.filter((address) => !healthy.has(address));
  const gone = missing.filter((address) => !desired.registered.has(address));
  const expected = published.length - (missing.length - gone.length) + departed;
  if (gone.length === 0 || healthy.size >= expected / 2) return undefined;
  return hold(
    'vanished',
    `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} published but no longer registered in Consul as "${setting.query.service}"${departed > 0 ? `, as ${departed} before ${gone.length === 1 ? 'it' : 'them'}` : ''}, which would leave ${healthy.size} of ${expected}`,
  );
};

function healthyAddresses(desired: Desired): number {
  const healthy = desired.instances.filter(({ decision }) => decision !== 'unhealthy');
  return new Set(healthy.map(({ address }) => address)).size;
}

/** Each instance that is out, and why. A long list is cut: a message is read by a person. */
function unhealthyInstances(desired: Desired): string {
  const shown = 5;
  const out = desired.instances.filter(({ decision }) => decision !== 'publish');
  const list = out.slice(0, shown).map(({ node, why }) => `${node}: ${why}`);
  if (out.length > shown) list.push(`and ${out.length - shown} more`);
  return list.join('; ');
}

function hold(reason: Exclude<HoldReason, SourceHold['reason']>, message: string): Objection {
  return { decision: 'hold', reason, message };
}

function refuse(reason: RefuseReason, message: string): Objection {
  return { decision: 'refuse', reason, message };
}
