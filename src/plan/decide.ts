import type { Address } from '../domain/address.ts';
import type { Instance } from '../domain/instance.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { decideDesired, type InstanceVerdict } from './desired.ts';
import { type Objection, reviewName, reviewPlan, reviewZone, type Verdict } from './guards.ts';
import { registrationIn } from './ownership.ts';
import { type Change, planRecord, publishedLines, type RecordLine } from './record-plan.ts';
import { planRegistration } from './registration-plan.ts';

/** Something read from outside, or the objection that follows from failing to read it. */
export type Observed<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly objection: Objection };

/** What Route 53 has for one record. */
export interface Published {
  readonly zone: Zone;
  /** Every record set at the record's name, of any type. */
  readonly sets: readonly RecordSet[];
}

/** What should happen to one record, and why. */
export interface Decision {
  readonly setting: RecordSetting;
  /** One for each type at the name; never empty. Their changes are to be made only if the verdict approves. */
  readonly lines: readonly RecordLine[];
  /** What makes the name ours; made in one request with the changes of the lines. */
  readonly registration: readonly Change[];
  /** The owner that the name is taken over from. */
  readonly formerOwner?: string;
  readonly instances: readonly InstanceVerdict[];
  readonly verdict: Verdict;
}

export interface DecideOptions {
  readonly force: boolean;
  readonly delayed?: ReadonlySet<Address>;
  readonly departed?: number;
}

const NOTHING_READ: readonly RecordLine[] = [{ type: 'A', published: null, desired: null, changes: [] }];

/**
 * Decides about one record: from what Consul and Route 53 said to a reviewed plan. Reads nothing, writes nothing.
 *
 * What could not be read from Route 53 weighs most, then a zone that rules the record out, then what Consul said.
 *
 * @param instances every registered instance of the service, healthy or not.
 * @param options `force`: the manual override of the guard `vanished`; `delayed`: addresses that are not to be added
 *   yet; what is published already may stay; `departed`: see the guards' review.
 */
export function decide(
  setting: RecordSetting,
  instances: Observed<readonly Instance[]>,
  published: Observed<Published>,
  { force, delayed, departed = 0 }: DecideOptions,
): Decision {
  if (!instances.known) {
    const lines = published.known ? publishedLines(setting, published.value.sets) : NOTHING_READ;
    const verdict = objectionTo(setting, published) ?? instances.objection;
    return { setting, lines, registration: [], instances: [], verdict };
  }
  const desired = decideDesired(
    instances.value,
    setting.addressPolicy,
    notYetPublished(setting, published, delayed),
  );
  const seen = { setting, instances: desired.instances };
  if (!published.known)
    return { ...seen, lines: NOTHING_READ, registration: [], verdict: published.objection };
  const { sets } = published.value;
  const plans = planRecord(setting, desired, sets);
  const known = registrationIn(sets);
  const verdict =
    objectionTo(setting, published) ??
    reviewPlan({ setting, desired, plans, registration: known, force, departed });
  // A healthy address must not be waited for while those that are held may all be dead.
  if (verdict.decision === 'hold' && desired.instances.some(({ decision }) => decision === 'delayed'))
    return decide(setting, instances, published, { force, departed });
  return {
    ...seen,
    lines: plans,
    registration: planRegistration(setting, sets),
    ...(known && known.owner !== setting.owner && { formerOwner: known.owner }),
    verdict,
  };
}

/** What is published may stay; only an addition is ever delayed. */
function notYetPublished(
  setting: RecordSetting,
  published: Observed<Published>,
  delayed: ReadonlySet<Address> = new Set(),
): ReadonlySet<Address> {
  if (delayed.size === 0 || !published.known) return delayed;
  const there = new Set(
    publishedLines(setting, published.value.sets).flatMap((line) => line.published ?? []),
  );
  return new Set([...delayed].filter((address) => !there.has(address)));
}

function objectionTo(setting: RecordSetting, published: Observed<Published>): Objection | undefined {
  if (!published.known) return published.objection;
  const { zone } = published.value;
  return reviewZone(zone) ?? reviewName(setting.name, zone);
}

/** Whether there is something to write for a decision. */
export function hasWork(decision: Decision): boolean {
  return decision.verdict.decision === 'approve' && changesOf(decision).length > 0;
}

/** Every change of a record, of all types and of its registry record: they belong in one request. */
export function changesOf({ registration, lines }: Decision): readonly Change[] {
  // What stands in the way of a TXT set is deleted before it is created.
  return [...lines.flatMap(({ changes }) => changes), ...registration];
}
