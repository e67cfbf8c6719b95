import { type Address, type RecordType, recordTypeOf } from '../domain/address.ts';
import type { InstanceStatus } from '../domain/instance.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { Decision } from '../plan/decide.ts';
import type { InstanceVerdict } from '../plan/desired.ts';
import type { AddressHold } from '../plan/guards.ts';
import { type Hold, type HoldCause, type Reason, remedyFor } from '../plan/reasons.ts';
import type { Change, RecordLine } from '../plan/record-plan.ts';
import { isMemoryOnly } from '../plan/registration-plan.ts';

/** From best to worst; a run takes the worst of its records. */
export const OUTCOMES = ['unchanged', 'changed', 'planned', 'held', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why an instance is in or out of the record. */
export interface InstanceReport {
  readonly node: string;
  /** As registered in Consul. */
  readonly address: string;
  readonly status: InstanceStatus;
  /** Whether its address is in Route 53 after the run. */
  readonly published: boolean;
  readonly why: string;
}

/** One change in Route 53's terms, with its message in words. TTL in seconds. */
export interface ChangeReport {
  readonly action: Change['action'];
  readonly values: readonly string[];
  readonly ttl?: number;
  readonly setIdentifier?: string;
  readonly message: string;
}

/** Why some addresses stay, or do not come yet, while the others follow. */
export interface HoldReport {
  readonly reason: Reason;
  readonly cause?: HoldCause;
  readonly addresses: readonly Address[];
}

/** What happened to one record, that is to one type at one name. */
export interface RecordReport {
  readonly service: string;
  readonly name: RecordName;
  readonly type: RecordType;
  /** The hosted zone that holds it. */
  readonly zoneId: string;
  readonly outcome: Outcome;
  readonly reason?: Reason;
  /** What exactly is wrong, where that is known. */
  readonly cause?: HoldCause;
  /** What happened and why, as a sentence. */
  readonly message: string;
  /** What to do about it; present whenever there is a reason. */
  readonly remedy?: string;
  /** All that is held at the name, the worst first; `reason` is that of the first. */
  readonly holds?: readonly HoldReport[];
  /** The addresses in Route 53 after the run; `null` if they could not be read. */
  readonly published: readonly Address[] | null;
  /** The addresses that should be published; `null` if that could not be found out. */
  readonly desired: readonly Address[] | null;
  /** The addresses that Route 53 would have: only for the action `plan`, and where they would change. */
  readonly planned?: readonly Address[];
  /** What was noted, or would be, of who keeps the name and of what vanished. */
  readonly registration?: string;
  /** What was changed or, with the outcome `planned`, would be, of the addresses. */
  readonly changes: readonly ChangeReport[];
  /** How many instances were left out since their addresses must not be published: the most at one time. Absent for none. */
  readonly notAllowed?: number;
  readonly instances: readonly InstanceReport[];
}

/**
 * Reports one record, a report for each of its types.
 *
 * @param isDone whether its changes were made if the verdict approves; otherwise they only would be.
 */
export function reportRecord(isDone: boolean, decision: Decision): readonly RecordReport[] {
  return decision.lines.map((line) => reportLine(isDone, decision, line, instancesOf(decision, line)));
}

/** An instance is told of in the line of its address's type, or in the first one where there is no such line. */
function instancesOf({ lines, instances }: Decision, line: RecordLine): readonly InstanceVerdict[] {
  return instances.filter(({ parsed }) => {
    const own = parsed && lines.find(({ type }) => type === recordTypeOf(parsed));
    return line === (own ?? lines[0]);
  });
}

function reportLine(
  isDone: boolean,
  { setting, verdict, lines, registration }: Decision,
  line: RecordLine,
  instances: readonly InstanceVerdict[],
): RecordReport {
  const { zoneId, name } = setting;
  const { service } = setting.query;
  const { type, desired } = line;
  const own = { service, name, type, zoneId };
  const leftOut = instances.filter(({ decision }) => decision === 'not-allowed');
  const notAllowed = leftOut.length > 0 && { notAllowed: leftOut.length };
  if (verdict.decision !== 'approve') {
    const outcome = verdict.decision === 'hold' ? 'held' : 'failed';
    const cause = verdict.decision === 'hold' ? verdict.cause : undefined;
    return {
      ...own,
      outcome,
      reason: verdict.reason,
      ...(cause !== undefined && { cause }),
      message: `${verdict.message}; ${describeKept(line)}.`,
      remedy: remedyFor(verdict),
      published: line.published,
      desired,
      changes: [],
      ...notAllowed,
      instances: instances.map((instance) => reportInstance(instance, line.published, outcome)),
    };
  }
  // The registry record is of no type that a line is about, and is told of in the first one.
  const [noted] = line === lines[0] ? registration : [];
  const changes = [...line.changes, ...(noted ? [noted] : [])];
  // What the guards note for themselves goes without saying where there is more to say.
  const isSaid = !isMemoryOnly(registration) || (line.changes.length === 0 && !verdict.holds);
  const said = isSaid ? changes : line.changes;
  const { holds = [] } = verdict;
  const changed = isDone ? 'changed' : 'planned';
  const outcome = holds.length > 0 ? 'held' : changes.length > 0 ? changed : 'unchanged';
  const published = isDone ? (line.after ?? line.published) : line.published;
  const isForbidden = (address: Address) => setting.addressPolicy.refusalOf(address) !== undefined;
  const hasForbidden = leftOut.length > 0 || (line.published?.some(isForbidden) ?? false);
  const trouble: readonly Hold[] = [
    ...holds,
    ...(hasForbidden ? [{ reason: 'address-not-allowed' } as const] : []),
  ];
  const [worst] = trouble;
  const sentences = [
    ...(holds.length > 0 && said.length === 0 ? [] : [describeChanges(isDone, line, said)]),
    ...holds.map(({ message }) => message),
    ...(holds.length > 0 && said.length === 0 ? [describeKept(line)] : []),
    ...leftOut.map(({ node, why }) => `left out ${node}: ${why}`),
  ];
  return {
    ...own,
    outcome,
    ...(worst && { reason: worst.reason, ...(worst.cause !== undefined && { cause: worst.cause }) }),
    message: `${sentences.join('; ')}.`,
    ...(worst && { remedy: remedyFor(worst) }),
    ...(holds.length > 0 && { holds: holds.map(reportHold) }),
    published,
    desired,
    ...(!isDone && line.changes.length > 0 && line.after && { planned: line.after }),
    ...(noted && { registration: noted.message }),
    changes: line.changes.map(reportChange),
    ...notAllowed,
    instances: instances.map((instance) => {
      const isPlanned = line.changes.length > 0 && !isDone && !isSame(instance, line.published, line.after);
      return reportInstance(instance, published, isPlanned ? 'planned' : outcome);
    }),
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
  return { reason, ...(cause !== undefined && { cause }), addresses };
}

function describeChanges(isDone: boolean, line: RecordLine, changes: readonly Change[]): string {
  const list = (addresses: readonly Address[] | null) =>
    addresses && addresses.length > 0 ? addresses.join(', ') : 'nothing';
  if (changes.length === 0) return `nothing to do: ${list(line.published)} published`;
  const messages = [...new Set(changes.map(({ message }) => message))].join('; ');
  return isDone ? `${messages}; now ${list(line.after ?? line.published)} published` : `would ${messages}`;
}

function describeKept({ published, changes }: RecordLine): string {
  // There were changes to make, and then the record could not be read any more.
  if (published === null && changes.length > 0) return 'whether the record was changed is not known';
  if (published === null) return 'nothing was changed';
  return published.length === 0
    ? 'nothing is published yet, and nothing was changed'
    : `kept ${published.join(', ')}`;
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
  return {
    action,
    values: set.values,
    ...('ttl' in set && { ttl: set.ttl }),
    ...('setIdentifier' in set && { setIdentifier: set.setIdentifier }),
    message,
  };
}
