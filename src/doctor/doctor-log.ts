import type { Log } from '../report/log-lines.ts';
import type { DoctorReport } from './finding.ts';

/** One line for each leg that is not well, and one for the whole. */
export function logDoctor(log: Log, { outcome, legs }: DoctorReport): void {
  for (const leg of legs) {
    if (leg.verdict === 'ok' || leg.verdict === 'skipped') continue;
    const { subject, verdict, message, remedy } = leg;
    const which = `${leg.leg}${subject === undefined ? '' : ` ${subject}`}`;
    const line = `${which} ${verdict}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`;
    log(verdict === 'failed' ? 'error' : 'warn', line, { leg });
  }
  log('info', `doctor: ${outcome}`, { legs: legs.length });
}
