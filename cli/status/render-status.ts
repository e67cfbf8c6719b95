import { type Deployed, invocation } from '../../deploy/outputs.ts';
import { renderOrphans } from '../names/orphans.ts';
import type { Paint } from '../paint.ts';
import { NOT_ASKED } from './resolve.ts';
import { isSound, isStopped, type RecordStatus, type StatusReport } from './status.ts';

/**
 * Renders how records stand, one block each, then what nobody has any more, and a summary.
 *
 * @param deployed the deployment that should follow them, if it is known.
 */
export function renderStatus(report: StatusReport, paint: Paint, deployed?: Deployed): readonly string[] {
  const { records } = report;
  const counts = [
    ...countOf(records.filter(isStopped), 'held or failed'),
    ...countOf(
      records.filter(({ overdue }) => overdue),
      'not followed',
    ),
  ];
  const count = records.length === 1 ? '1 record' : `${records.length} records`;
  const verdict = isSound(report) ? paint.green('all is well') : paint.yellow(counts.join(', '));
  return [
    ...records.flatMap((record) => [...renderRecord(record, report, paint, deployed), '']),
    ...renderOrphans(report, report, paint),
    `${count}: ${verdict}. Nothing was changed.`,
  ];
}

const countOf = ({ length }: readonly unknown[], what: string) => (length > 0 ? [`${length} ${what}`] : []);

function renderRecord(
  record: RecordStatus,
  { owner }: StatusReport,
  paint: Paint,
  deployed: Deployed | undefined,
): readonly string[] {
  const { name, type, service, outcome, reason, cause, published, message, remedy, overdue } = record;
  const stopped = isStopped(record);
  const state = [stateOf(record), reason, cause].filter(Boolean).join(', ');
  return [
    `${paint.bold(`${name} ${type}`)} (${service}): ${stopped || overdue ? paint.yellow(state) : state}`,
    `  published  ${published === null ? 'not known' : published.join(', ') || 'nothing'}`,
    `  kept by    ${keeper(record, owner)}`,
    `  Consul     ${inConsul(record)}`,
    `  resolver   ${resolved(record)}`,
    ...(outcome === 'planned' ? [`  pending    ${message}`] : []),
    ...(stopped ? [`  why        ${message}`] : []),
    ...(overdue
      ? ['  why        It is still not done: no function follows this record, or it cannot change it.']
      : []),
    ...(overdue ? [`  do         ${whomToAsk(deployed)}`] : []),
    ...(remedy === undefined ? [] : [`  do         ${remedy}`]),
  ];
}

/** To who looks at how things stand, what a plan would do is about to be done, or should have been. */
function stateOf({ outcome, overdue }: RecordStatus): string {
  if (outcome === 'unchanged') return 'as it should be';
  if (outcome !== 'planned') return outcome;
  return overdue ? 'not as it should be' : 'about to change';
}

/** What tells why a function does not follow: what its alarm `silent` tells, too. */
const whomToAsk = (deployed: Deployed | undefined) =>
  deployed
    ? `Deploy it, if it is not deployed yet; its first run is a minute away at most. Otherwise ask it: ${invocation(deployed, { action: 'plan' })}. If that goes well, its schedule is off; the alarm "silent" has the command.`
    : 'Look at the log and the alarms of the function that should follow it.';

function inConsul({ outcome, healthy, instances }: RecordStatus): string {
  if (healthy !== null) return `${healthy} healthy of ${instances}`;
  return outcome === 'failed'
    ? 'not known, as the record failed before'
    : 'could not be read, or is not believed';
}

function keeper({ isListed, owner, since, revision }: RecordStatus, asked: string): string {
  if (!isListed) return 'not known, as the zone could not be read';
  if (owner === null) return 'nobody yet';
  const who = owner === asked ? owner : `${owner}, another owner`;
  if (revision === null) return who;
  const when = since === null ? '' : `, as it is since ${since.replace(/\.\d+Z$/, 'Z')} or longer`;
  return `${who}${when} (revision ${revision} of the zone)`;
}

/** What clients are told, and what that means where it is not what is published. */
function resolved({ resolver, outdated, published, name }: RecordStatus): string {
  if ('problem' in resolver) {
    const { problem } = resolver;
    if (name.startsWith('*') || problem === NOT_ASKED.problem) return problem;
    return (published ?? []).length === 0
      ? `knows no address (${problem})`
      : `knows no address (${problem}): this machine's resolver is not that of a VPC of the zone, or an old answer is cached`;
  }
  const { addresses } = resolver;
  if (outdated.length === 0) return addresses.join(', ');
  return `${addresses.join(', ')}: of these ${outdated.join(', ')} ${outdated.length === 1 ? 'is' : 'are'} not published any more, and will be gone once the TTL is over`;
}
