import type { PassReport, RunReport } from '../../src/report/run-report.ts';
import { runSummary } from '../../src/report/run-summary.ts';

/** The report of a run that had these passes. */
export function reportRun(
  action: RunReport['action'],
  settings: Parameters<typeof runSummary>[1],
  passes: readonly PassReport[],
): RunReport {
  const summary = runSummary(action, settings);
  for (const pass of passes) summary.add(pass);
  return summary.report();
}
