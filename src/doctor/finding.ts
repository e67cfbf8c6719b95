import { printable } from '../domain/printable.ts';
import type { Objection } from '../plan/guards.ts';
import { remedyFor } from '../plan/reasons.ts';

/** What is examined, in the order of the report. */
export const LEGS = [
  'settings',
  'consul-dns',
  'consul-tcp',
  'consul-tls',
  'consul-leader',
  'consul-credentials',
  'consul-token',
  'consul-service-read',
  'consul-node-read',
  'consul-service',
  'aws-credentials',
  'route53-role',
  'route53-api',
  'route53-credentials',
  'route53-zone',
  'route53-vpc',
  'route53-list',
  'record-name',
  'record-conflict',
  'record-answer',
  'route53-change',
  'route53-get-change',
  'clock',
] as const;
export type LegName = (typeof LEGS)[number];

/** From best to worst. A skipped leg does not count: the leg that it depends on is worse. */
const OUTCOMES = ['ok', 'warning', 'failed'] as const;
export type DoctorOutcome = (typeof OUTCOMES)[number];

/** What an examination found. */
export interface Finding {
  readonly verdict: DoctorOutcome | 'skipped';
  /** What was seen, as a sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** More of what was seen, line by line. */
  readonly details?: readonly string[];
}

/** One leg of the way from Consul to Route 53. */
export interface Leg extends Finding {
  readonly leg: LegName;
  /** Which address, service or record, where there are several. */
  readonly subject?: string;
  /** How long it took; 0 for what followed from another leg. */
  readonly ms: number;
}

/** The function's result for `{"action": "doctor"}`. */
export interface DoctorReport {
  readonly action: 'doctor';
  readonly outcome: DoctorOutcome;
  readonly legs: readonly Leg[];
}

/**
 * Puts the legs in order and takes the worst of them.
 *
 * @param groups the legs that belong together, each hosted zone's for example; a group follows the other.
 */
export function reportDoctor(...groups: readonly (readonly Leg[])[]): DoctorReport {
  const ordered = groups.flatMap((legs) => LEGS.flatMap((name) => legs.filter(({ leg }) => leg === name)));
  const outcome = OUTCOMES.findLast((each) => ordered.some(({ verdict }) => verdict === each)) ?? 'ok';
  return { action: 'doctor', outcome, legs: ordered };
}

/** Characters of what was seen, which may repeat what strangers wrote. */
const MAX = 2_000;

/** Details of one finding. */
const MAX_DETAILS = 50;

export function ok(message: string, details?: readonly string[]): Finding {
  return { verdict: 'ok', ...seen(message, details) };
}

export function warning(message: string, remedy: string, details?: readonly string[]): Finding {
  return { verdict: 'warning', ...seen(message, details), remedy };
}

export function failed(message: string, remedy: string, details?: readonly string[]): Finding {
  return { verdict: 'failed', ...seen(message, details), remedy };
}

function seen(message: string, details?: readonly string[]): Pick<Finding, 'message' | 'details'> {
  const rest = (details?.length ?? 0) - MAX_DETAILS;
  const told = details?.slice(0, MAX_DETAILS).map((detail) => printable(detail, MAX));
  return {
    message: printable(message, MAX),
    ...(told && { details: rest > 0 ? [...told, `and ${rest} more`] : told }),
  };
}

/** What a guard of the function objects to, in its words, which may begin with a record's name. */
export function refused({ message, ...why }: Objection): Finding {
  return failed(`${message}.`, remedyFor(why));
}

/** A text that says something as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

export function skipped(message: string): Finding {
  return { verdict: 'skipped', ...seen(message) };
}

/** A leg that took no time of its own: it follows from another one. */
export function legOf(leg: LegName, finding: Finding, subject?: string, ms = 0): Leg {
  return { leg, ...(subject !== undefined && { subject }), ...finding, ms };
}
