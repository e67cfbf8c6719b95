import { listed, printable } from '../domain/printable.ts';
import { type TokenBucket, tokenBucket } from '../pacing/token-bucket.ts';
import { inSeveralZones, type PassReport, type RecordReport, type RunReport } from './run-report.ts';

/** One line of the log. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;

/** A scheduled run failed; thrown after its report was logged, so that Lambda counts an error. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** Writes one line for each record of a pass. */
export type PassLog = (pass: PassReport, severalZones: boolean) => void;

/**
 * Bytes of lines about one record: so many at once, and then 6 KB a second. What comes and goes in Consul wakes a pass
 * each time, and whoever registers much there makes each line long.
 */
const RATE = { burst: 300_000, every: 1_000 / 6_000 };

/** From here on, the lines of a record are short, and there are only those that tell of a change or a failure. */
const RESERVE = 100_000;

/** Characters of a message in a short line. */
const SHORT = 500;

/** @param now milliseconds that never go backwards. */
export function passLog(log: Log, now: () => number): PassLog {
  const budgets = new Map<string, { readonly bytes: TokenBucket; unlogged: number }>();
  return ({ wokenBy, reactionMs, records }, severalZones) => {
    for (const record of records) {
      const key = `${record.zoneId} ${record.name} ${record.type}`;
      const budget = budgets.get(key) ?? { bytes: tokenBucket(RATE), unlogged: 0 };
      budgets.set(key, budget);
      const level = record.outcome === 'failed' ? 'error' : record.reason ? 'warn' : 'info';
      const isChanged = record.changes.length > 0;
      const told = { wokenBy, ...(isChanged && reactionMs !== undefined && { reactionMs }) };
      const write = (form: RecordReport, reserve: number): boolean => {
        const message = headline(form, severalZones);
        const fields = { ...told, record: form, ...(budget.unlogged > 0 && { unlogged: budget.unlogged }) };
        const bytes = Buffer.byteLength(message) + Buffer.byteLength(JSON.stringify(fields));
        if (budget.bytes.readyAt(now(), bytes + reserve) > now()) return false;
        budget.bytes.take(now(), bytes);
        log(level, message, fields);
        budget.unlogged = 0;
        return true;
      };
      if (write(record, RESERVE)) continue;
      const isNews = isChanged || record.outcome === 'failed';
      if (!(isNews && write(shortened(record), 0))) budget.unlogged++;
    }
  };
}

function shortened({ moreInstances = 0, ...record }: RecordReport): RecordReport {
  const rest = record.instances.length + moreInstances;
  return {
    ...record,
    message: printable(record.message, SHORT),
    instances: [],
    ...(rest > 0 && { moreInstances: rest }),
  };
}

/** Which records failed and why, a sentence for each. */
export function describeFailures({ records }: RunReport): string {
  const failed = records.filter(({ outcome }) => outcome === 'failed');
  return listed(
    failed.map((record) => headline(record, inSeveralZones(records))),
    ' ',
  );
}

function headline(
  { name, type, zoneId, outcome, reason, cause, message, remedy }: RecordReport,
  severalZones: boolean,
): string {
  const which = `${name} ${type}${severalZones ? ` in ${zoneId}` : ''}`;
  const why = reason && ` (${reason}${cause ? `, ${cause}` : ''})`;
  return `${which} ${outcome}${why ?? ''}: ${message}${remedy ? ` ${remedy}` : ''}`;
}
