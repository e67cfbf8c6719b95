import type { DoctorReport, Leg } from '../src/doctor/finding.ts';
import type { Paint } from './paint.ts';

/** The columns before the message: the verdict, the milliseconds, and a gap after each. */
const INDENT = ' '.repeat('warning  1234 ms  '.length);

/**
 * Renders the doctor's report as a table, one row for each leg: verdict, time, leg, what was seen. Below a row, indented:
 * what to do, and the details.
 */
export function renderDoctor(report: DoctorReport, paint: Paint): readonly string[] {
  const width = Math.max(...report.legs.map((leg) => titleOf(leg).length));
  return [...report.legs.flatMap((leg) => renderLeg(leg, width, paint)), '', summarize(report, paint)];
}

function renderLeg(leg: Leg, width: number, paint: Paint): readonly string[] {
  const { verdict, ms, message, remedy, details = [] } = leg;
  const took = verdict === 'skipped' ? '' : `${ms} ms`;
  const colour = colourOf(verdict, paint);
  return [
    `${colour(verdict.padEnd(7))}  ${took.padStart(7)}  ${paint.bold(titleOf(leg).padEnd(width))}  ${message}`,
    ...details.map((detail) => paint.dim(`${INDENT}  ${detail}`)),
    ...(remedy === undefined ? [] : [`${INDENT}${colour('do')} ${remedy}`]),
  ];
}

function titleOf({ leg, subject }: Leg): string {
  return subject === undefined ? leg : `${leg} ${subject}`;
}

function colourOf(verdict: Leg['verdict'], paint: Paint): (text: string) => string {
  switch (verdict) {
    case 'ok':
      return paint.green;
    case 'warning':
      return paint.yellow;
    case 'failed':
      return paint.red;
    case 'skipped':
      return paint.dim;
  }
}

function summarize({ outcome, legs }: DoctorReport, paint: Paint): string {
  const counts = (['failed', 'warning', 'ok', 'skipped'] as const).flatMap((verdict) => {
    const count = legs.filter((leg) => leg.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const verdict = {
    ok: 'all is well',
    warning: 'it works, and somebody should look',
    failed: 'it is broken',
  }[outcome];
  return `${legs.length} legs (${counts.join(', ')}): ${colourOf(outcome, paint)(verdict)}. Nothing was changed.`;
}
