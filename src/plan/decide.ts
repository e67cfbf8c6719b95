import { recordTypeOf } from '../domain/address.ts';
import type { Instance } from '../domain/instance.ts';
import type { Change, RecordSet } from '../domain/record-set.ts';
import { isAllowedBy, type RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { type Desired, decideDesired, type InstanceVerdict, withWaiting } from './desired.ts';
import {
  conflictAt,
  type Objection,
  reviewName,
  reviewPlan,
  reviewZone,
  tooFewHealthy,
  type Verdict,
} from './guards.ts';
import { ownSets, publishedIn } from './own-sets.ts';
import { keeperOf, memoryIn, planRegistration, registrationIn } from './ownership.ts';
import { purgingLines } from './purge.ts';
import { planRecord, type RecordLine, type TypePlan } from './record-plan.ts';
import { requestsFor, type Urgency, urgencyOf } from './request.ts';
import { type Delays, NO_DELAYS, type Settled, settle } from './settle.ts';

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
  /** What makes the name ours, and what is to be remembered; made in one request with the changes of the lines. */
  readonly registration: readonly Change[];
  /** All that Route 53 is to be asked for, one after the other; none unless the verdict approves. */
  readonly requests: readonly (readonly Change[])[];
  readonly urgency: Urgency;
  /** The owner that the name is taken over from. */
  readonly formerOwner?: string;
  readonly instances: readonly InstanceVerdict[];
  readonly verdict: Verdict;
  /** When a hold may end by itself, in milliseconds since 1970. */
  readonly lookAgainAt?: number;
  /** Something is not done yet, as it was done so often. */
  readonly isPutOff?: true;
}

export interface DecideOptions {
  /** The manual override of the guard `vanished`. */
  readonly force: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** For how long Consul has been sound since it was not, in milliseconds; what it said before may be for want of a quorum. */
  readonly soundFor?: number;
  readonly delays?: Delays;
}

const NOTHING_READ: readonly RecordLine[] = [{ type: 'A', published: null, desired: null, changes: [] }];

/**
 * Decides about one record: from what Consul and Route 53 said to a reviewed plan. Reads nothing, writes nothing.
 *
 * What could not be read from Route 53 weighs most, then a zone that rules the record out, then what Consul said.
 *
 * @param instances every registered instance of the service, healthy or not.
 */
export function decide(
  setting: RecordSetting,
  instances: Observed<readonly Instance[]>,
  published: Observed<Published>,
  options: DecideOptions,
): Decision {
  const judged = judge(setting, instances, published, options);
  const { lines, registration, verdict } = judged;
  const requests = verdict.decision === 'approve' ? requestsFor(lines, registration) : [];
  return { ...judged, requests, urgency: urgencyOf(lines) };
}

type Judged = Omit<Decision, 'requests' | 'urgency'>;

function judge(
  setting: RecordSetting,
  instances: Observed<readonly Instance[]>,
  published: Observed<Published>,
  { force, now, soundFor = Number.POSITIVE_INFINITY, delays = NO_DELAYS }: DecideOptions,
): Judged {
  const desired = decideDesired(instances.known ? instances.value : [], setting.addressPolicy);
  const seen = { setting, registration: [], instances: desired.instances };
  if (!published.known) return { ...seen, lines: NOTHING_READ, verdict: published.objection };
  const { zone, sets } = published.value;
  const ruledOut = reviewZone(zone) ?? reviewName(setting.name, zone);
  if (!instances.known) return asItIs(seen, sets, ruledOut ?? instances.objection);
  const known = registrationIn(sets);
  const isMoved = known !== undefined && known.service !== setting.query.service;
  const settled = settle({
    ...{ setting, desired, current: sets, memory: memoryIn(sets), now, soundSince: now - soundFor, delays },
    published: publishedIn(ownSets(setting, sets)).filter(isAllowedBy(setting)),
    // What was published for another service was never registered in this one.
    isBelieved: force || isMoved,
  });
  const plans = planRecord(setting, desired, sets, settled.target);
  const objection = ruledOut ?? reviewPlan({ setting, plans, registration: known });
  if (objection) return { ...seen, lines: plans, verdict: objection };
  const lines = plans.map((plan) => refusedIn(setting, plan));
  // A name stays with another service or owner, of whose instances nothing is known here, until this one has enough.
  const isElsewhere = isMoved || keeperOf(setting, sets) === 'another';
  const taken = desired.addresses.filter((address) => settled.waiting.get(address) === 'taken');
  const tooFew = isElsewhere ? tooFewHealthy({ setting, desired, taken, isNew: true }) : undefined;
  if (tooFew) return asItIs(seen, sets, { decision: 'hold', ...tooFew }, desired);
  const [worst, ...others] = settled.holds;
  return {
    ...seen,
    lines,
    registration: registrationFor(setting, sets, lines, settled),
    ...(known && known.owner !== setting.owner && { formerOwner: known.owner }),
    instances: withWaiting(desired.instances, settled.waiting),
    verdict: { decision: 'approve', ...(worst && { holds: [worst, ...others] }) },
    ...(settled.lookAgainAt !== undefined && { lookAgainAt: settled.lookAgainAt }),
    ...(settled.isPutOff && { isPutOff: true }),
  };
}

/** A type is left as it is where somebody else's sets are in its way, while the other one goes on. */
function refusedIn(setting: RecordSetting, plan: TypePlan): RecordLine {
  const refusal = setting.onConflict === 'refuse' ? conflictAt(setting.name, [plan]) : undefined;
  return refusal ? { ...plan, refusal } : plan;
}

/** Leaves a name as it is, but for addresses that may never be there; those go though all else is held. */
function asItIs(
  seen: Pick<Decision, 'setting' | 'registration' | 'instances'>,
  sets: readonly RecordSet[],
  objection: Objection,
  desired?: Desired,
): Judged {
  const lines = purgingLines(seen.setting, sets).map((line) => ({
    ...line,
    desired: desired?.addresses.filter((address) => recordTypeOf(address) === line.type) ?? null,
  }));
  const addresses = lines.flatMap(({ after }) => after ?? []);
  const isPurged = lines.some(({ changes }) => changes.length > 0);
  if (objection.decision !== 'hold' || !isPurged) return { ...seen, lines, verdict: objection };
  const { decision, ...hold } = objection;
  return { ...seen, lines, verdict: { decision: 'approve', holds: [{ ...hold, addresses }] } };
}

/**
 * A name that nobody keeps is taken only where there is something to publish: only then was it looked at what somebody
 * else has there.
 */
function registrationFor(
  setting: RecordSetting,
  sets: readonly RecordSet[],
  lines: readonly RecordLine[],
  { memory }: Settled,
): readonly Change[] {
  const isWanted = lines.some(
    ({ desired, changes, refusal }) =>
      (desired?.length !== 0 && !refusal) || changes.some(({ action }) => action !== 'DELETE'),
  );
  return isWanted || registrationIn(sets) ? planRegistration(setting, sets, memory) : [];
}

/** Whether there is something to write for a decision. */
export function hasWork({ requests }: Decision): boolean {
  return requests.length > 0;
}
