import type { Change } from '../domain/record-set.ts';
import { DeadlineError, objectionFrom, RecordStoreError } from '../errors.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import { groupIntoBatches, REVISION_TOKENS, tokensOf } from '../plan/batches.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Clock } from '../ports.ts';
import type { Denials } from './denials.ts';
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

/** What became of decisions, together with those that have nothing to do, some of which are to wait until a time. */
export function withPostponed(
  result: CarriedOut,
  idle: readonly Decision[],
  postponed: readonly Decision[],
  readyAt: number,
): CarriedOut {
  return {
    ...result,
    settled: [...idle.filter((decision) => !postponed.includes(decision)), ...result.settled],
    postponed: [...postponed, ...result.postponed],
    readyAt: Math.min(readyAt, result.readyAt),
  };
}

interface Attempt extends CarryOutContext {
  /** Of the zone's revision, when the decisions were made. */
  readonly generation: number;
  /** How many requests have failed, and what became of the revision alone, where that was tried. */
  readonly tally: { failed: number; probe?: 'made' | 'lost' | WriteError };
}

/** Milliseconds for which a request may wait rather than be sent in parts. */
const SHORT = 250;

/**
 * Tokens from which a request that can wait is not sent before the revision was looked at, if that was so many milliseconds
 * ago: it would take the tokens for nothing where another writer was faster.
 */
const LARGE = 50;
const STALE = 250;

/** So many failed requests end the halving of one go; what is left is tried again later. */
const MAX_FAILURES = 20;

/**
 * So many where access is denied, with those of records that are tried alone: it does not end with the next try. A hundred
 * records take nine goes, 55 s at most by the waits of follow-ups.ts, and each leaves others half of the requests that
 * the budget has at once.
 */
const MAX_DENIED = 14;

/**
 * Carries out approved decisions that have changes, in as few requests as the limits allow, the most urgent first.
 *
 * Records share requests, and a request is all or nothing. Where Route 53 rejects a shared one, the names are read and
 * all its records planned anew, once, since somebody else may have written there; then it is halved until the rejected
 * record stands alone, so that the others get their update. Where access is denied, it is halved as long as that finds
 * requests that can be made; see denials.ts.
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
  const tally: Attempt['tally'] = { failed: 0 };
  const attempts = { ...context, generation, tally };
  const queue = [0, 1, 2].flatMap((urgency) =>
    [false, true].flatMap((isDenied) =>
      groupIntoBatches(
        decisions.filter(
          (decision) => decision.urgency === urgency && denials.has(decision.setting.name) === isDenied,
        ),
        changesOf,
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
      if (group.length > 1 && first?.urgency === 0 && readyAt - clock.now() > SHORT)
        queue.unshift(group.slice(0, half), group.slice(half));
      else return { settled, lost: [], postponed: [...group, ...rest()], readyAt };
      continue;
    }
    if (isLarge(group) && clock.now() - zone.checkedAt > STALE) await zone.check();
    const results = await attempt(group, attempts, false);
    settled.push(...results.filter((result) => result !== 'lost'));
    if (results.includes('lost')) {
      const lost = group.filter((_, index) => results[index] === 'lost');
      return { settled, lost: [...lost, ...rest()], postponed: [], readyAt: Number.POSITIVE_INFINITY };
    }
  }
  return { settled, lost: [], postponed: [], readyAt: Number.POSITIVE_INFINITY };
}

/** All that Route 53 is asked for, for one decision. */
function changesOf({ requests }: Decision): readonly Change[] {
  return requests.flat();
}

function isLarge(group: readonly Decision[]): boolean {
  return !group.some(({ urgency }) => urgency === 0) && tokensOf(group.flatMap(changesOf)) > LARGE;
}

function readyAtOf(group: readonly Decision[], budget: Route53Budget, clock: Clock): number {
  const changes = group.flatMap(changesOf);
  const isUrgent = group.every(({ urgency }) => urgency === 0);
  return budget.readyAt(clock.now(), tokensFor(changes, formerOwnersOf(group)), isUrgent);
}

/** @returns what became of each decision of the group, in its order. */
async function attempt(
  group: readonly Decision[],
  context: Attempt,
  isReplanned: boolean,
): Promise<readonly (Decision | 'lost')[]> {
  const names = group.map(({ setting }) => setting.name);
  const error = await send(group, context);
  if (error === 'made') {
    context.denials.made(names);
    return group;
  }
  if (error === 'lost') return group.map(() => 'lost');
  await context.zone.learn(names);
  if (isRejection(error) && !isReplanned) {
    const anew = group.map(context.redecide);
    const results = await attemptAll(anew.filter(hasWork), context, true);
    const next = results.values();
    return anew.map((decision) => (hasWork(decision) ? (next.next().value ?? 'lost') : decision));
  }
  context.tally.failed++;
  const isDenied = error.reason === 'access-denied';
  const [only, second] = names;
  if (isDenied) context.denials.denied(names);
  else if (only && !second && mayConcernOneRecord(error)) context.denials.refused(only);
  const results = new Map<Decision, Decision | 'lost'>();
  for (const part of await partsOf(group, error, context)) {
    const tried = await attempt(part, context, isReplanned);
    for (const [index, decision] of part.entries()) results.set(decision, tried[index] ?? 'lost');
  }
  if (context.zone.generation !== context.generation)
    return group.map((decision) => results.get(decision) ?? 'lost');
  const all = group.map(
    (decision) => results.get(decision) ?? afterFailure(decision, context.redecide(decision), error),
  );
  // After a denial nothing is read; the next try looks at them again.
  const untried = group.filter((decision) => !results.has(decision));
  if (isDenied) context.zone.forget(untried.map(({ setting }) => setting.name));
  return all;
}

/** The parts of a shared request that failed which are to be tried; none if it is not for the sake of a record. */
async function partsOf(
  group: readonly Decision[],
  error: WriteError,
  context: Attempt,
): Promise<readonly (readonly Decision[])[]> {
  if (group.length < 2 || !mayConcernOneRecord(error)) return [];
  const isDenied = error.reason === 'access-denied';
  const room = (isDenied ? MAX_DENIED : MAX_FAILURES) - context.tally.failed;
  const names = group.map(({ setting }) => setting.name);
  const remedy = isDenied ? context.denials.remedy(names, Math.max(0, room)) : 'halve';
  if (remedy !== 'halve') {
    const alone = group.filter(({ setting }) => remedy.includes(setting.name)).map((decision) => [decision]);
    // A single request more needs no probe.
    return alone.length < 2 || (await mayDivide(context)) ? alone : [];
  }
  if (room < 0 || !(await mayDivide(context))) return [];
  // Every other one: neighbours may well be refused alike, and those who are not are found sooner so.
  return [0, 1].map((parity) => group.filter((_, index) => index % 2 === parity));
}

/**
 * Whether a failed request is worth dividing: not where the decisions are void by now, nor where the revision alone is
 * refused as well, so that it is not for the sake of a record.
 */
async function mayDivide({ tally, zone, budget, clock, generation }: Attempt): Promise<boolean> {
  if (zone.generation !== generation) return false;
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
  for (const group of groupIntoBatches(decisions, changesOf))
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
  const requests = only && !second ? only.requests : [group.flatMap(changesOf)];
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
  return tokensOf(changes) + REVISION_TOKENS * (1 + formerOwners.length);
}

/** @param anew what was decided from what the name holds after the failure, if that could be read. */
function afterFailure(decision: Decision, anew: Decision, error: WriteError): Decision {
  // Somebody else has done what we wanted to do.
  if (anew.verdict.decision === 'approve' && !hasWork(anew)) return anew;
  return {
    ...anew,
    lines: anew.lines.some((line) => line.published) ? anew.lines : unknown(decision),
    requests: [],
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
