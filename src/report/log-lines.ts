import { inSeveralZones, type PassReport, type RecordReport, type RunReport } from './run-report.ts';

/** One line of the log. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;

/** A scheduled run failed; thrown after its report was logged, so that Lambda counts an error. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** One line for each record of a pass. */
export function logPass(log: Log, { wokenBy, reactionMs, records }: PassReport, severalZones: boolean): void {
  for (const record of records) {
    const level = record.outcome === 'failed' ? 'error' : record.reason ? 'warn' : 'info';
    const changed = record.changes.length > 0 && reactionMs !== undefined;
    const fields = { wokenBy, ...(changed && { reactionMs }), record };
    log(level, headline(record, severalZones), fields);
  }
}

/** Which records failed and why, a sentence for each. */
export function describeFailures({ records }: RunReport): string {
  return records
    .filter(({ outcome }) => outcome === 'failed')
    .map((record) => headline(record, inSeveralZones(records)))
    .join(' ');
}

function headline(
  { name, type, zoneId, outcome, reason, cause, message, remedy }: RecordReport,
  severalZones: boolean,
): string {
  const which = `${name} ${type}${severalZones ? ` in ${zoneId}` : ''}`;
  const why = reason && ` (${reason}${cause ? `, ${cause}` : ''})`;
  return `${which} ${outcome}${why ?? ''}: ${message}${remedy ? ` ${remedy}` : ''}`;
}
