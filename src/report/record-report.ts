import { type Address, recordTypeOf } from '../domain/address.ts';
import { listed, printable } from '../domain/printable.ts';
import type { Change } from '../domain/record-set.ts';
import { isAllowedBy } from '../domain/record-setting.ts';
import type { Decision } from '../plan/decide.ts';
import type { InstanceVerdict } from '../plan/desired.ts';
import type { AddressHold } from '../plan/guards.ts';
import { isMemoryOnly } from '../plan/ownership.ts';
import { type Hold, remedyFor } from '../plan/reasons.ts';
import type { RecordLine } from '../plan/record-plan.ts';
import { cutChanges, cutInstances, MAX_ADDRESSES, MAX_CHANGE, MAX_MESSAGE } from './cuts.ts';
import {
  type ChangeReport,
  type HoldReport,
  type InstanceReport,
  type Outcome,
  type PassReport,
  type RecordReport,
  type RunReport,
  worstOf,
} from './run-report.ts';

/**
 * Reports one pass over a zone from the decisions as they were carried out.
 *
 * @param decisions one for each record; a verdict that approves means that its changes were made (or, with the
 *   action `plan`, would be).
 * @param reaction milliseconds, where something changed.
 */
export function reportPass(
  action: RunReport['action'],
  zoneId: string,
  wokenBy: PassReport['wokenBy'],
  decisions: readonly Decision[],
  reaction?: number,
): PassReport {
  const records = decisions.flatMap((decision) =>
    decision.lines.map((line) => reportLine(action === 'apply', decision, line, instancesOf(decision, line))),
  );
  return {
    zoneId,
    wokenBy,
    outcome: worstOf(records.map(({ outcome }) => outcome)),
    ...(reaction !== undefined && { reactionMs: Math.round(reaction) }),
    records,
  };
}

/** An instance is told of in the line of its address's type, or in the first one where there is no such line. */
function instancesOf({ lines, instances }: Decision, line: RecordLine): readonly InstanceVerdict[] {
  return instances.filter(({ parsed }) => {
    const own = parsed && lines.find(({ type }) => type === recordTypeOf(parsed));
    return line === (own ?? lines[0]);
  });
}

/** @param isDone whether its changes were made if the verdict approves; otherwise they only would be. */
function reportLine(
  isDone: boolean,
  { setting, verdict: ofAll, lines, registration }: Decision,
  line: RecordLine,
  instances: readonly InstanceVerdict[],
): RecordReport {
  const { zoneId, name } = setting;
  const { service } = setting.query;
  const { type, desired } = line;
  const verdict = ofAll.decision === 'approve' ? (line.refusal ?? ofAll) : ofAll;
  const own = { service, name, type, zoneId };
  const leftOut = instances.filter(({ decision }) => decision === 'not-allowed');
  const notAllowed = leftOut.length > 0 && { notAllowed: leftOut.length };
  // Where a line alone is refused, what is to leave does, though somebody else's sets are in the way of what should come.
  const isApproved = ofAll.decision === 'approve';
  const lineChanges = isApproved ? line.changes : [];
  const published = isDone && isApproved ? (line.after ?? line.published) : line.published;
  const isPlanned = !isDone && lineChanges.length > 0;
  const planned = isPlanned && line.after && { planned: line.after.slice(0, MAX_ADDRESSES) };
  const instancesAs = (outcome: Outcome) =>
    cutInstances(instances, (instance) => {
      const isToChange = isPlanned && !isSame(instance, line.published, line.after);
      return reportInstance(instance, published, isToChange ? 'planned' : outcome);
    });
  if (verdict.decision !== 'approve') {
    const outcome = verdict.decision === 'hold' ? 'held' : 'failed';
    const cause = verdict.decision === 'hold' ? verdict.cause : undefined;
    const fate = lineChanges.length > 0 ? describeChanges(isDone, line, lineChanges) : describeKept(line);
    return {
      ...own,
      outcome,
      reason: verdict.reason,
      ...(cause !== undefined && { cause }),
      message: told(`${verdict.message}; ${fate}.`),
      remedy: remedyFor(verdict),
      ...addressesIn(published, desired),
      ...planned,
      ...cutChanges(lineChanges.map(reportChange)),
      ...notAllowed,
      ...instancesAs(outcome),
    };
  }
  // The registry record is of no type that a line is about, and is told of in the first one that is not refused.
  const [noted] = line === lines.find(({ refusal }) => !refusal) ? registration : [];
  const changes = [...line.changes, ...(noted ? [noted] : [])];
  // What the guards note for themselves goes without saying where there is more to say.
  const isSaid = !isMemoryOnly(registration) || (line.changes.length === 0 && !verdict.holds);
  const said = isSaid ? changes : line.changes;
  const { holds = [] } = verdict;
  const changed = isDone ? 'changed' : 'planned';
  const outcome = holds.length > 0 ? 'held' : changes.length > 0 ? changed : 'unchanged';
  const hasForbidden = leftOut.length > 0 || !(line.published ?? []).every(isAllowedBy(setting));
  const trouble: readonly Hold[] = [
    ...holds,
    ...(hasForbidden ? [{ reason: 'address-not-allowed' } as const] : []),
  ];
  const [worst] = trouble;
  const sentences = [
    ...(holds.length > 0 && said.length === 0 ? [] : [describeChanges(isDone, line, said)]),
    ...holds.map(({ message }) => message),
    ...(holds.length > 0 && said.length === 0 ? [describeKept(line)] : []),
    ...(leftOut.length > 0 ? [listed(leftOut.map(({ node, why }) => `left out ${node}: ${why}`))] : []),
  ];
  return {
    ...own,
    outcome,
    ...(worst && { reason: worst.reason, ...(worst.cause !== undefined && { cause: worst.cause }) }),
    message: told(`${sentences.join('; ')}.`),
    ...(worst && { remedy: remedyFor(worst) }),
    ...(holds.length > 0 && { holds: holds.map(reportHold) }),
    ...addressesIn(published, desired),
    ...planned,
    ...(noted && { registration: told(noted.message) }),
    ...cutChanges(lineChanges.map(reportChange)),
    ...notAllowed,
    ...instancesAs(outcome),
  };
}

/** Whether an instance's address is in both lists, or in neither. */
function isSame(
  { parsed }: InstanceVerdict,
  before: readonly Address[] | null,
  after: readonly Address[] | undefined,
): boolean {
  return parsed === undefined || before?.includes(parsed) === after?.includes(parsed);
}

function reportHold({ reason, cause, addresses }: AddressHold): HoldReport {
  return { reason, ...(cause !== undefined && { cause }), addresses: addresses.slice(0, MAX_ADDRESSES) };
}

function addressesIn(
  published: RecordReport['published'],
  desired: RecordReport['desired'],
): Pick<RecordReport, 'published' | 'desired'> {
  const most = (addresses: readonly Address[] | null) => addresses?.slice(0, MAX_ADDRESSES) ?? null;
  return { published: most(published), desired: most(desired) };
}

/** A message that may repeat what strangers wrote in Route 53, such as a set identifier. */
function told(message: string): string {
  return printable(message, MAX_MESSAGE);
}

function describeChanges(isDone: boolean, line: RecordLine, changes: readonly Change[]): string {
  const list = (addresses: readonly Address[] | null) =>
    addresses && addresses.length > 0 ? listed(addresses, ', ') : 'nothing';
  if (changes.length === 0) return `nothing to do: ${list(line.published)} published`;
  const messages = listed([...new Set(changes.map(({ message }) => message))]);
  return isDone ? `${messages}; now ${list(line.after ?? line.published)} published` : `would ${messages}`;
}

function describeKept({ published, changes }: RecordLine): string {
  // There were changes to make, and then the record could not be read any more.
  if (published === null && changes.length > 0) return 'whether the record was changed is not known';
  if (published === null) return 'nothing was changed';
  return published.length === 0
    ? 'nothing is published yet, and nothing was changed'
    : `kept ${listed(published, ', ')}`;
}

function reportInstance(
  { node, address, parsed, status, decision, why }: InstanceVerdict,
  after: readonly Address[] | null,
  outcome: Outcome,
): InstanceReport {
  const published = parsed !== undefined && (after?.includes(parsed) ?? false);
  const wanted = decision === 'publish';
  const word = outcome === 'planned' ? 'planned only' : outcome;
  const despite =
    published === wanted
      ? ''
      : published
        ? `, still published (record ${word})`
        : `, not yet published (record ${word})`;
  return { node, address, status, published, why: `${why}${despite}` };
}

function reportChange({ action, set, message }: Change): ChangeReport {
  const identifier = 'setIdentifier' in set ? set.setIdentifier : undefined;
  return {
    action,
    values: set.values.slice(0, MAX_ADDRESSES).map((value) => printable(value)),
    ...('ttl' in set && { ttl: set.ttl }),
    ...(identifier !== undefined && { setIdentifier: printable(identifier) }),
    message: printable(message, MAX_CHANGE),
  };
}
