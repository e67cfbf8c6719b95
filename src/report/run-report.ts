import type { RecordType } from '../domain/address.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { Decision } from '../plan/decide.ts';
import { OUTCOMES, type Outcome, type RecordReport, reportRecord } from './record-report.ts';

export type { ChangeReport, InstanceReport, Outcome, RecordReport } from './record-report.ts';

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
  const records = decisions.flatMap((decision) => reportRecord(action === 'apply', decision));
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
  for (const pass of passes) {
    const told = new Set(pass.records.map((report) => `${keyOf(report)} ${report.type}`));
    for (const report of pass.records) {
      const types = records.get(keyOf(report));
      const before = types?.get(report.type);
      const changes = [...(before?.changes ?? []), ...report.changes];
      const wasChanged = changes.length > 0 || before?.outcome === 'changed';
      const outcome = report.outcome === 'unchanged' && wasChanged ? 'changed' : report.outcome;
      // Somebody who was there for a moment only is told of all the same.
      const notAllowed = Math.max(before?.notAllowed ?? 0, report.notAllowed ?? 0);
      types?.set(report.type, { ...report, outcome, changes, ...(notAllowed > 0 && { notAllowed }) });
      // What an earlier pass held or failed, and this one has nothing to say of, is no trouble any more.
      for (const [type, other] of types ?? [])
        if (!told.has(`${keyOf(report)} ${type}`) && (other.outcome === 'held' || other.outcome === 'failed'))
          types?.delete(type);
    }
  }
  const reports = [...records.values()].flatMap((types) => [...types.values()]);
  return {
    action,
    outcome: worstOf(reports.map(({ outcome }) => outcome)),
    records: reports,
    passes: passes.slice(-MAX_PASSES).map(({ records, ...pass }) => ({
      ...pass,
      changed: [...new Set(records.filter(isChanged).map(({ name }) => name))],
    })),
  };
}

/** Whether something was written, or would be. */
function isChanged({ outcome, changes, registration }: RecordReport): boolean {
  return outcome !== 'failed' && (changes.length > 0 || registration !== undefined);
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
