import { renderOrphans } from '../names/orphans.ts';
import type { Paint } from '../paint.ts';
import { NOT_ASKED } from './resolve.ts';
import { isSound, type RecordStatus, type StatusReport } from './status.ts';

/** Renders how records stand, one block each, then what nobody has any more, and a summary. */
export function renderStatus(report: StatusReport, paint: Paint): readonly string[] {
  const { records } = report;
  const inTrouble = records.filter(({ outcome }) => outcome === 'held' || outcome === 'failed').length;
  const count = records.length === 1 ? '1 record' : `${records.length} records`;
  const verdict = isSound(report) ? paint.green('all is well') : paint.yellow(`${inTrouble} held or failed`);
  return [
    ...records.flatMap((record) => [...renderRecord(record, report, paint), '']),
    ...renderOrphans(report, report, paint),
    `${count}: ${verdict}. Nothing was changed.`,
  ];
}

function renderRecord(record: RecordStatus, { owner }: StatusReport, paint: Paint): readonly string[] {
  const { name, type, service, outcome, reason, cause, published, healthy, instances, message, remedy } =
    record;
  const stopped = outcome === 'held' || outcome === 'failed';
  const state = [stopCause(outcome), reason, cause].filter(Boolean).join(', ');
  return [
    `${paint.bold(`${name} ${type}`)} (${service}): ${stopped ? paint.yellow(state) : state}`,
    `  published  ${published === null ? 'not known' : published.join(', ') || 'nothing'}`,
    `  kept by    ${keeper(record, owner)}`,
    `  Consul     ${healthy === null ? 'could not be read, or is not believed' : `${healthy} healthy of ${instances}`}`,
    `  resolver   ${resolved(record)}`,
    ...(outcome === 'planned' ? [`  pending    ${message}`] : []),
    ...(stopped ? [`  why        ${message}`] : []),
    ...(remedy === undefined ? [] : [`  do         ${remedy}`]),
  ];
}

/** To who looks at how things stand, what a plan would do is about to be done. */
function stopCause(outcome: RecordStatus['outcome']): string {
  if (outcome === 'unchanged') return 'as it should be';
  return outcome === 'planned' ? 'about to change' : outcome;
}

function keeper({ owner, since, revision }: RecordStatus, asked: string): string {
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
