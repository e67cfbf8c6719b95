import type { DoctorReport, Leg, LegName } from '../src/doctor/finding.ts';
import { REMEDIES, type Reason } from '../src/plan/reasons.ts';
import type { RecordReport } from '../src/report/run-report.ts';
import type { Asked } from './stage.ts';

/** What the function advises is about its own place and rights; an operator's shell has others. */
const IN_THIS_SHELL: Partial<Record<Reason, string>> = {
  'source-unavailable': 'export CONSUL_HTTP_ADDR=<an address of Consul that this machine reaches>.',
  'source-denied': 'export CONSUL_HTTP_TOKEN=<a token of your own>.',
  'login-failed': 'export CONSUL_HTTP_TOKEN=<a token of your own>, if the login is for the function alone.',
  'secret-unavailable':
    'its AWS credentials must be allowed to read it, or export the value itself, as in export CONSUL_HTTP_TOKEN=<a token of your own>.',
  'route53-unavailable': 'see whether this machine reaches the Route 53 API, or something is in the way.',
  'access-denied': 'it is its own AWS credentials that lack the right; AWS_PROFILE chooses others.',
  'role-not-assumed': 'that trust policy must name the role of its AWS credentials, too.',
};

/** The reason that each leg of the doctor finds beforehand. */
const REASON_OF: Partial<Record<LegName, Reason>> = {
  'consul-dns': 'source-unavailable',
  'consul-tcp': 'source-unavailable',
  'consul-credentials': 'secret-unavailable',
  'consul-token': 'source-denied',
  'route53-role': 'role-not-assumed',
  'route53-api': 'route53-unavailable',
};

/** What an advice depends on. */
type Shell = Pick<Asked, 'env' | 'stage' | 'settings'>;

/** The same record with a remedy for who asks from a shell: with its names filled in, and what to do there said first. */
export function advised<
  R extends Pick<RecordReport, 'name' | 'zoneId' | 'service' | 'reason' | 'cause' | 'remedy'>,
>(record: R, shell: Shell): R {
  const { reason, cause, remedy, service } = record;
  if (reason === undefined || remedy === undefined) return record;
  const filled = remedy.replaceAll('<name>', reason === 'vanished' ? optionOf(record, shell) : service);
  // A query that Consul cannot read is the record's fault, whoever asks.
  return { ...record, remedy: cause === 'query-refused' ? filled : inThisShell(reason, filled, shell) };
}

/**
 * The same report of the doctor, likewise.
 *
 * @param credentials why this shell has no AWS credentials and what to do, if it has none.
 */
export function advisedDoctor(report: DoctorReport, shell: Shell, credentials?: string): DoctorReport {
  const legs = report.legs.map((leg): Leg => {
    if (leg.leg === 'aws-credentials' && credentials !== undefined) {
      const { remedy: _, ...rest } = leg;
      return { ...rest, message: credentials };
    }
    const isOwned = leg.remedy === REMEDIES['owned-by-another'];
    const reason = isOwned ? 'owned-by-another' : REASON_OF[leg.leg];
    return reason === undefined || leg.remedy === undefined || leg.verdict !== 'failed'
      ? leg
      : { ...leg, remedy: inThisShell(reason, leg.remedy, shell) };
  });
  return { ...report, legs };
}

function inThisShell(reason: Reason, remedy: string, { stage, env }: Shell): string {
  if (reason === 'owned-by-another' && stage === undefined && !env['OWNER_ID']?.trim())
    return `If that deployment is yours: add --stage <stage>, or export OWNER_ID=<its owner>. If it is not: ${remedy}`;
  const own = IN_THIS_SHELL[reason];
  return own === undefined ? remedy : `From this shell: ${own} For the function: ${remedy}`;
}

/** A record as the value of `--record`, with its zone where the name is in several. */
function optionOf({ name, zoneId }: Pick<RecordReport, 'name' | 'zoneId'>, { settings }: Shell): string {
  const isInOthers = settings.records.some((other) => other.name === name && other.zoneId !== zoneId);
  // A shell would take the star of a wildcard for files.
  return `${name.startsWith('*') ? `'${name}'` : name}${isInOthers ? ` --zone ${zoneId}` : ''}`;
}
