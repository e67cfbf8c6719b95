import { type Address, type RecordType, recordTypeOf } from '../domain/address.ts';
import type { InstanceStatus } from '../domain/instance.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { Decision } from '../plan/decide.ts';
import type { InstanceVerdict } from '../plan/desired.ts';
import { type HoldCause, type Reason, remedyFor } from '../plan/reasons.ts';
import type { Change, RecordLine } from '../plan/record-plan.ts';

/** From best to worst; a run takes the worst of its records. */
const OUTCOMES = ['unchanged', 'changed', 'planned', 'held', 'failed'] as const;
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
  /** The addresses in Route 53 after the run; `null` if they could not be read. */
  readonly published: readonly Address[] | null;
  /** The addresses that should be published; `null` if that could not be found out. */
  readonly desired: readonly Address[] | null;
  /** What was noted, or would be, of who keeps the name. */
  readonly registration?: string;
  /** What was changed or, with the outcome `planned`, would be, of the addresses. */
  readonly changes: readonly ChangeReport[];
  /** How many instances were left out since their addresses must not be published: the most at one time. Absent for none. */
  readonly notAllowed?: number;
  readonly instances: readonly InstanceReport[];
}

/** One pass over a hosted zone: over all its records at the start, later over those that were concerned. */
export interface PassReport {
  readonly zoneId: string;
  readonly wokenBy: readonly Trigger[];
  readonly outcome: Outcome;
  /** From the arrival of Consul's answer to Route 53's accepting the change; only where something changed. */
  readonly reactionMs?: number;
  readonly records: readonly RecordReport[];
}

/** One pass in the result of a run: its records by name, their reports being those of the run. */
export interface PassSummary extends Omit<PassReport, 'records'> {
  /** The names of the records that it changed. */
  readonly changed: readonly RecordName[];
}

/** What a run did: the function's result. */
export interface RunReport {
  readonly action: 'apply' | 'plan';
  readonly outcome: Outcome;
  /**
   * Each record as the run left it, in the order of the settings. Its changes are those of all passes, its outcome
   * `changed` if there were any.
   */
  readonly records: readonly RecordReport[];
  /** Those of all zones, in the order in which they ended. */
  readonly passes: readonly PassSummary[];
}

/** The most passes that a result lists, the last ones; a Lambda's result may have 6 MB. */
const MAX_PASSES = 100;

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
    decision.lines.map((line) => reportLine(action, decision, line, instancesOf(decision, line))),
  );
  return {
    zoneId,
    wokenBy,
    outcome: worstOf(records.map(({ outcome }) => outcome)),
    ...(reaction !== undefined && { reactionMs: Math.round(reaction) }),
    records,
  };
}

/**
 * Sums up the passes of a run: each record as the last pass over it left it.
 *
 * @param settings the records, in the order that the result has.
 */
export function reportRun(
  action: RunReport['action'],
  settings: readonly Pick<RecordSetting, 'zoneId' | 'name'>[],
  passes: readonly PassReport[],
): RunReport {
  const records = new Map<string, Map<RecordType, RecordReport>>(
    settings.map((setting) => [keyOf(setting), new Map()]),
  );
  for (const report of passes.flatMap((pass) => pass.records)) {
    const types = records.get(keyOf(report));
    const before = types?.get(report.type);
    const changes = [...(before?.changes ?? []), ...report.changes];
    const wasChanged = changes.length > 0 || before?.outcome === 'changed';
    const outcome = report.outcome === 'unchanged' && wasChanged ? 'changed' : report.outcome;
    // Somebody who was there for a moment only is told of all the same.
    const notAllowed = Math.max(before?.notAllowed ?? 0, report.notAllowed ?? 0);
    types?.set(report.type, { ...report, outcome, changes, ...(notAllowed > 0 && { notAllowed }) });
  }
  const reports = [...records.values()].flatMap((types) => [...types.values()]);
  return {
    action,
    outcome: worstOf(reports.map(({ outcome }) => outcome)),
    records: reports,
    passes: passes.slice(-MAX_PASSES).map(({ records, ...pass }) => ({
      ...pass,
      changed: [
        ...new Set(
          records
            .filter(({ outcome }) => outcome === 'changed' || outcome === 'planned')
            .map(({ name }) => name),
        ),
      ],
    })),
  };
}

/** Two zones may hold records of the same name. */
function keyOf({ zoneId, name }: Pick<RecordSetting, 'zoneId' | 'name'>): string {
  return `${zoneId} ${name}`;
}

/** Whether the records are in several zones, so that a name alone does not say which record is meant. */
export function inSeveralZones(records: readonly { readonly zoneId: string }[]): boolean {
  return records.some(({ zoneId }) => zoneId !== records[0]?.zoneId);
}

/** The worst of some outcomes; `unchanged` if there are none. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  return OUTCOMES.findLast((outcome) => outcomes.includes(outcome)) ?? 'unchanged';
}

/** An instance is told of in the line of its address's type, or in the first one where there is no such line. */
function instancesOf({ lines, instances }: Decision, line: RecordLine): readonly InstanceVerdict[] {
  return instances.filter(({ parsed }) => {
    const own = parsed && lines.find(({ type }) => type === recordTypeOf(parsed));
    return line === (own ?? lines[0]);
  });
}

function reportLine(
  action: RunReport['action'],
  { setting, verdict, lines, registration }: Decision,
  line: RecordLine,
  instances: readonly InstanceVerdict[],
): RecordReport {
  const { zoneId, name } = setting;
  const { service } = setting.query;
  const { type, desired } = line;
  const leftOut = instances.filter(({ decision }) => decision === 'not-allowed');
  const notAllowed = leftOut.length > 0 && { notAllowed: leftOut.length };
  if (verdict.decision !== 'approve') {
    const outcome = verdict.decision === 'hold' ? 'held' : 'failed';
    const cause = verdict.decision === 'hold' ? verdict.cause : undefined;
    return {
      ...{ service, name, type, zoneId, outcome },
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
  const outcome = changes.length === 0 ? 'unchanged' : action === 'plan' ? 'planned' : 'changed';
  const published = outcome === 'changed' ? desired : line.published;
  const reason: Reason | undefined = leftOut.length > 0 ? 'address-not-allowed' : undefined;
  const sentences = [
    describeChanges(outcome, line, changes),
    ...leftOut.map(({ node, why }) => `left out ${node}: ${why}`),
  ];
  return {
    ...{ service, name, type, zoneId, outcome },
    ...(reason && { reason }),
    message: `${sentences.join('; ')}.`,
    ...(reason && { remedy: remedyFor({ reason }) }),
    published,
    desired,
    ...(noted && { registration: noted.message }),
    changes: line.changes.map(reportChange),
    ...notAllowed,
    instances: instances.map((instance) => reportInstance(instance, published, outcome)),
  };
}

function describeChanges(outcome: Outcome, line: RecordLine, changes: readonly Change[]): string {
  const list = (addresses: readonly Address[] | null) =>
    addresses && addresses.length > 0 ? addresses.join(', ') : 'nothing';
  if (changes.length === 0) return `nothing to do: ${list(line.published)} published`;
  const messages = [...new Set(changes.map(({ message }) => message))].join('; ');
  return outcome === 'planned' ? `would ${messages}` : `${messages}; now ${list(line.desired)} published`;
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
