import type { RecordType } from '../domain/address.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { countChanges, cutChanges } from './cuts.ts';
import {
  type PassReport,
  type PassSummary,
  type RecordReport,
  type RunReport,
  worstOf,
} from './run-report.ts';

/** The passes of a run as they come, summed up: of each record, only its last report is kept. */
export interface RunSummary {
  add(pass: PassReport): void;
  /** The run so far: each record as the last pass over it left it. */
  report(): RunReport;
}

/** The most passes that a result lists, the last ones. */
const MAX_PASSES = 100;

/** @param settings the records, in the order that the result has. */
export function runSummary(
  action: RunReport['action'],
  settings: readonly Pick<RecordSetting, 'zoneId' | 'name'>[],
): RunSummary {
  const passes: PassSummary[] = [];
  const records = new Map<string, Map<RecordType, RecordReport>>(
    settings.map((setting) => [keyOf(setting), new Map()]),
  );
  return {
    add({ records: reports, ...pass }) {
      const told = new Set(reports.map((report) => `${keyOf(report)} ${report.type}`));
      for (const report of reports) {
        const types = records.get(keyOf(report));
        types?.set(report.type, following(types.get(report.type), report));
        // What an earlier pass held or failed, and this one has nothing to say of, is no trouble any more.
        for (const [type, { outcome }] of types ?? [])
          if (!told.has(`${keyOf(report)} ${type}`) && (outcome === 'held' || outcome === 'failed'))
            types?.delete(type);
      }
      passes.push({ ...pass, changed: [...new Set(reports.filter(isChanged).map(({ name }) => name))] });
      if (passes.length > MAX_PASSES) passes.shift();
    },
    report() {
      const reports = [...records.values()].flatMap((types) => [...types.values()]);
      return {
        action,
        outcome: worstOf(reports.map(({ outcome }) => outcome)),
        records: reports,
        passes: [...passes],
      };
    },
  };
}

/** A record's report with what the passes before it have changed. */
function following(before: RecordReport | undefined, report: RecordReport): RecordReport {
  const more = (before?.moreChanges ?? 0) + (report.moreChanges ?? 0);
  const changes = cutChanges([...(before?.changes ?? []), ...report.changes], more);
  const wasChanged = countChanges(changes) > 0 || before?.outcome === 'changed';
  const outcome = report.outcome === 'unchanged' && wasChanged ? 'changed' : report.outcome;
  // Somebody who was there for a moment only is told of all the same.
  const notAllowed = Math.max(before?.notAllowed ?? 0, report.notAllowed ?? 0);
  return { ...report, outcome, ...changes, ...(notAllowed > 0 && { notAllowed }) };
}

/** Whether something was written, or would be. */
function isChanged(report: RecordReport): boolean {
  return report.outcome !== 'failed' && (countChanges(report) > 0 || report.registration !== undefined);
}

/** Two zones may hold records of the same name. */
function keyOf({ zoneId, name }: Pick<RecordSetting, 'zoneId' | 'name'>): string {
  return `${zoneId} ${name}`;
}
