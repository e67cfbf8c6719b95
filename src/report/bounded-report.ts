import { countChanges } from './cuts.ts';
import { OUTCOMES, type RecordReport, type RunReport } from './run-report.ts';

/** Passes of a result that is too large with all of them. */
const FEW_PASSES = 20;

/**
 * A result that is too large, as Lambda can hand it on: with fewer passes, and with records that are told of without their
 * instances and changes or, at last, only counted; the worst keep the most.
 *
 * This module is loaded only where it is needed, as a file of its own in the bundle.
 */
export function boundedReport(report: RunReport, mostBytes: number): RunReport {
  const passes = report.passes
    .slice(-FEW_PASSES)
    .map((pass) => ({ ...pass, changed: pass.changed.slice(0, FEW_PASSES) }));
  let left = mostBytes - bytesOf({ ...report, records: [], moreRecords: report.records.length, passes });
  const told = new Map<RecordReport, RecordReport>();
  const worstFirst = OUTCOMES.toReversed().flatMap((outcome) =>
    report.records.filter((record) => record.outcome === outcome),
  );
  /** Tells of a record, or of no more of it than before, if there is room. */
  const tell = (record: RecordReport, form: RecordReport) => {
    const before = told.get(record);
    const bytes = bytesOf(form) + 1 - (before ? bytesOf(before) + 1 : 0);
    if (bytes > left) return;
    told.set(record, form);
    left -= bytes;
  };
  for (const record of worstFirst) tell(record, withoutLists(record));
  for (const record of worstFirst) if (told.has(record)) tell(record, record);
  const records = report.records.flatMap((record) => told.get(record) ?? []);
  const moreRecords = report.records.length - records.length;
  return { ...report, records, ...(moreRecords > 0 && { moreRecords }), passes };
}

function withoutLists(record: RecordReport): RecordReport {
  const moreInstances = record.instances.length + (record.moreInstances ?? 0);
  return {
    ...record,
    ...{ changes: [], instances: [] },
    ...(countChanges(record) > 0 && { moreChanges: countChanges(record) }),
    ...(moreInstances > 0 && { moreInstances }),
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
