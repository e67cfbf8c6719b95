import type { RecordName } from '../domain/record-name.ts';
import { DeadlineError, objectionFrom, RecordStoreError } from '../errors.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import { groupIntoBatches, tokensOf } from '../plan/batches.ts';
import { changesOf, type Decision, hasWork } from '../plan/decide.ts';
import type { Change } from '../plan/record-plan.ts';
import { requestsOf } from '../plan/request.ts';
import { urgencyOf } from '../plan/urgency.ts';
import type { Clock } from '../ports.ts';
import type { WriteError, ZoneKnowledge } from './zone-knowledge.ts';

/** What became of decisions. */
export interface CarriedOut {
  /** As they were carried out; a verdict that does not approve says why they were not. */
  readonly settled: readonly Decision[];
  /** Of these, another writer was faster: they are to be decided anew. */
  readonly lost: readonly Decision[];
  /** These would go beyond Route 53's limits now. */
  readonly postponed: readonly Decision[];
  /** When the first of those may be carried out, in milliseconds; Infinity if there are none. */
  readonly readyAt: number;
}

export interface CarryOutContext {
  readonly zone: ZoneKnowledge;
  readonly budget: Route53Budget;
  readonly clock: Clock;
  /** Kept from one go to the next. */
  readonly denials: Denials;
  /** Decides about a record again, from what is known now. */
  readonly redecide: (decision: Decision) => Decision;
}

/** What access was denied to. Rights change seldom, so it is tried again in as few requests as it can be. */
export interface Denials {
  /** Records that it was denied to alone. They spoil no request of others, and are not halved. */
  readonly alone: Set<RecordName>;
  /** Whether the last halving found nothing that could be made. */
  isVain: boolean;
}

interface Attempt extends CarryOutContext {
  /** Of the zone's revision, when the decisions were made. */
  readonly generation: number;
  /** How many requests were made and have failed, and what became of the revision alone, where that was tried. */
  readonly tally: { made: number; failed: number; probe?: 'made' | 'lost' | WriteError };
}

/** Milliseconds for which a request may wait rather than be sent in parts. */
const SHORT = 250;

/** So many failed requests end the halving of one go; what is left is tried again later. */
const MAX_FAILURES = 20;

/**
 * After so many failed requests and none that was made, what access was denied to is not halved until something can be
 * made: it is not for the sake of a few records. Otherwise a role without the rights to a hundred names would ask for each
 * of them again and again, of an API whose limit the whole account shares.
 */
const IN_VAIN = 8;

/**
 * Carries out approved decisions that have changes, in as few requests as the limits allow, the most urgent first.
 *
 * Records share requests, and a request is all or nothing. Where Route 53 rejects a shared one, the names are read and
 * all its records planned anew, once, since somebody else may have written there; then it is halved until the rejected
 * record stands alone, so that the others get their update.
 *
 * Does not throw for what Route 53 does.
 */
export async function carryOut(
  decisions: readonly Decision[],
  context: CarryOutContext,
): Promise<CarriedOut> {
  const { zone, budget, clock, denials } = context;
  const { generation } = zone;
  const settled: Decision[] = [];
  const tally: Attempt['tally'] = { made: 0, failed: 0 };
  const attempts = { ...context, generation, tally };
  const queue = [0, 1, 2].flatMap((urgency) =>
    [false, true].flatMap((isDenied) =>
      groupIntoBatches(
        decisions.filter(
          (decision) =>
            urgencyOf(decision) === urgency && denials.alone.has(decision.setting.name) === isDenied,
        ),
        (decision) => requestsOf(decision).flat(),
      ),
    ),
  );
  const rest = () => queue.flat();
  for (let group = queue.shift(); group; group = queue.shift()) {
    const readyAt = readyAtOf(group, budget, clock);
    if (readyAt > clock.now()) {
      const half = Math.ceil(group.length / 2);
      const [first] = group;
      // As many of the dead addresses as there is room for leave at once, if the others would have to wait for long.
      if (group.length > 1 && first && urgencyOf(first) === 0 && readyAt - clock.now() > SHORT)
        queue.unshift(group.slice(0, half), group.slice(half));
      else return { settled, lost: [], postponed: [...group, ...rest()], readyAt };
      continue;
    }
    const results = await attempt(group, attempts, false);
    if (tally.made > 0) denials.isVain = false;
    else if (tally.failed >= IN_VAIN) denials.isVain = true;
    settled.push(...results.filter((result) => result !== 'lost'));
    if (results.includes('lost')) {
      const lost = group.filter((_, index) => results[index] === 'lost');
      return { settled, lost: [...lost, ...rest()], postponed: [], readyAt: Number.POSITIVE_INFINITY };
    }
  }
  return { settled, lost: [], postponed: [], readyAt: Number.POSITIVE_INFINITY };
}

function readyAtOf(group: readonly Decision[], budget: Route53Budget, clock: Clock): number {
  const changes = group.flatMap((decision) => requestsOf(decision).flat());
  const isUrgent = group.every((decision) => urgencyOf(decision) === 0);
  return budget.readyAt(clock.now(), tokensFor(changes, formerOwnersOf(group)), isUrgent);
}

/** @returns what became of each decision of the group, in its order. */
async function attempt(
  group: readonly Decision[],
  context: Attempt,
  isReplanned: boolean,
): Promise<readonly (Decision | 'lost')[]> {
  const error = await send(group, context);
  if (error === 'made') {
    context.tally.made++;
    for (const { setting } of group) context.denials.alone.delete(setting.name);
    return group;
  }
  if (error === 'lost') return group.map(() => 'lost');
  await context.zone.learn(group.map(({ setting }) => setting.name));
  if (isRejection(error) && !isReplanned) {
    const anew = group.map(context.redecide);
    const results = await attemptAll(anew.filter(hasWork), context, true);
    const next = results.values();
    return anew.map((decision) => (hasWork(decision) ? (next.next().value ?? 'lost') : decision));
  }
  context.tally.failed++;
  const isDenied = error.reason === 'access-denied';
  const [only, second] = group;
  if (isDenied && only && !second) context.denials.alone.add(only.setting.name);
  if (
    second &&
    mayConcernOneRecord(error) &&
    !(isDenied && isKnown(group, context)) &&
    (await mayHalve(context))
  ) {
    // Every other one: neighbours may well be refused alike, and those who are not are found sooner so.
    const [even, odd] = [0, 1].map((parity) => group.filter((_, index) => index % 2 === parity));
    const results = [
      await attempt(even ?? [], context, isReplanned),
      await attempt(odd ?? [], context, isReplanned),
    ];
    return group.map((_, index) => results[index % 2]?.[index >> 1] ?? 'lost');
  }
  if (context.zone.generation !== context.generation) return group.map(() => 'lost');
  const results = group.map((decision) => afterFailure(decision, context.redecide(decision), error));
  // After a denial nothing is read; the next try looks at them again.
  if (isDenied) context.zone.forget(group.map(({ setting }) => setting.name));
  return results;
}

/** Whether halving would only tell once more that access is denied. */
function isKnown(group: readonly Decision[], { denials }: Attempt): boolean {
  return denials.isVain || group.every(({ setting }) => denials.alone.has(setting.name));
}

/**
 * Whether a failed request is worth halving: not where the decisions are void by now; not where the revision alone is
 * refused as well, so that it is not for the sake of a record; and not any more where many have failed, so that they do
 * not use up what others need.
 */
async function mayHalve(context: Attempt): Promise<boolean> {
  const { tally, zone, budget, clock, generation } = context;
  if (tally.failed > MAX_FAILURES || zone.generation !== generation) return false;
  if (!tally.probe) {
    budget.take(clock.now(), tokensFor([], []));
    tally.probe = await zone.write([], []);
  }
  return tally.probe === 'made';
}

/** Replanned decisions may need other requests than before. */
async function attemptAll(
  decisions: readonly Decision[],
  context: Attempt,
  isReplanned: boolean,
): Promise<readonly (Decision | 'lost')[]> {
  const results: (Decision | 'lost')[] = [];
  for (const group of groupIntoBatches(decisions, (decision) => requestsOf(decision).flat()))
    results.push(...(await attempt(group, context, isReplanned)));
  return results;
}

/** Sends what a group asks for: one request, or several for a single decision that needs them. */
async function send(
  group: readonly Decision[],
  { zone, budget, clock, generation }: Attempt,
): Promise<'made' | 'lost' | WriteError> {
  const formerOwners = formerOwnersOf(group);
  const [only, second] = group;
  const requests = only && !second ? requestsOf(only) : [group.flatMap((each) => requestsOf(each).flat())];
  for (const changes of requests) {
    if (zone.generation !== generation) return 'lost';
    budget.take(clock.now(), tokensFor(changes, formerOwners));
    const result = await zone.write(changes, formerOwners);
    if (result !== 'made') return result;
  }
  return 'made';
}

function formerOwnersOf(group: readonly Decision[]): readonly string[] {
  return [...new Set(group.flatMap(({ formerOwner }) => formerOwner ?? []))];
}

/** What a request takes from the bucket: each revision that it replaces is two changes more. */
function tokensFor(changes: readonly Change[], formerOwners: readonly string[]): number {
  return tokensOf(changes) + 2 * (1 + formerOwners.length);
}

/** @param anew what was decided from what the name holds after the failure, if that could be read. */
function afterFailure(decision: Decision, anew: Decision, error: WriteError): Decision {
  // Somebody else has done what we wanted to do.
  if (anew.verdict.decision === 'approve' && changesOf(anew).length === 0) return anew;
  return {
    ...anew,
    lines: anew.lines.some((line) => line.published) ? anew.lines : unknown(decision),
    verdict: objectionFrom(error),
  };
}

function unknown({ lines }: Decision): Decision['lines'] {
  return lines.map((line) => ({ ...line, published: null }));
}

function isRejection(error: WriteError): boolean {
  return error instanceof RecordStoreError && error.reason === 'rejected';
}

/** Whether the error may concern only one of the records in a shared request. A role's rights may differ by name. */
function mayConcernOneRecord(error: WriteError): boolean {
  return (
    !(error instanceof DeadlineError) && ['rejected', 'protected', 'access-denied'].includes(error.reason)
  );
}
