import { parseAddress } from '../src/domain/address.ts';
import {
  type ChangeReport,
  type InstanceReport,
  inSeveralZones,
  type RecordReport,
  type RunReport,
} from '../src/report/run-report.ts';
import type { Paint } from './paint.ts';

/**
 * Renders a plan as a diff, one block for each record and a summary at the end:
 *
 *  - `+`, `-`, `=`: an address that would be published, taken out, or stays, with its node and why.
 *  - `~`: a change beside that: of who keeps the name, the TTL, the routing policy, a health check, or of a record set
 *    to be replaced.
 *  - `out`: an instance whose address is not to be published, and why.
 *  - `…`: how many changes or instances are not told of, as there are many.
 *  - `why`, `do`: what keeps a record from being planned, and what to do about it.
 */
export function renderPlan(report: RunReport, paint: Paint): readonly string[] {
  return [...renderRecords(report, paint), summarize(report)];
}

/** The same without the summary. */
export function renderRecords({ records }: RunReport, paint: Paint): readonly string[] {
  const severalZones = inSeveralZones(records);
  return records.flatMap((record) => [...renderRecord(record, severalZones, paint), '']);
}

/** What a plan means for the exit code of a command. */
export type PlanResult = 'nothing-to-do' | 'pending' | 'error';

/**
 * An error is a record that failed or was refused, one that could not be planned because Consul could not be read or
 * believed, one of a service that nobody has registered, whose name may be misspelt, or one that is held at a name that
 * has no address, so that it cannot begin. Of a record that is held although everything was read, the rest may be pending; that
 * includes what the guards would note for themselves, as it is written, too.
 */
export function resultOf({ records }: RunReport): PlanResult {
  const isWrong = (record: RecordReport) =>
    record.outcome === 'failed' ||
    record.desired === null ||
    record.reason === 'unknown-service' ||
    (record.outcome === 'held' && records.filter((other) => isSameName(record, other)).every(isEmpty));
  if (records.some(isWrong)) return 'error';
  return records.some(isPending) ? 'pending' : 'nothing-to-do';
}

const isSameName = (one: RecordReport, other: RecordReport) =>
  one.name === other.name && one.zoneId === other.zoneId;

const isEmpty = ({ published, planned }: RecordReport) => (planned ?? published ?? []).length === 0;

function isPending({ outcome, changes, registration }: RecordReport): boolean {
  return outcome === 'planned' || (outcome === 'held' && (changes.length > 0 || registration !== undefined));
}

function renderRecord(record: RecordReport, severalZones: boolean, paint: Paint): readonly string[] {
  const { name, type, zoneId, service, outcome, reason, cause, message, remedy } = record;
  const state = [outcome, reason, cause].filter(Boolean).join(', ');
  const stopped = outcome === 'held' || outcome === 'failed';
  return [
    `${paint.bold(`${name} ${type}`)} (${service}${severalZones ? `, in ${zoneId}` : ''}): ${stopped ? paint.yellow(state) : state}`,
    ...addressLines(record, paint),
    ...[
      ...(record.registration ? [record.registration] : []),
      ...record.changes.flatMap((change) => restOf(change, record)),
    ].map((rest) => paint.yellow(`  ~   ${rest}`)),
    ...outLines(record, paint),
    ...restLines(record, paint),
    ...(stopped ? [`  why ${message}`] : []),
    ...(remedy === undefined ? [] : [`  do  ${remedy}`]),
  ];
}

/** The addresses as they are and, where changes are planned, as they would be. */
function addressLines(record: RecordReport, paint: Paint): readonly string[] {
  const before = new Set<string>(record.published ?? []);
  const after = new Set<string>(record.planned ?? record.published);
  const line = (sign: string, address: string) => `  ${sign}   ${address}${becauseOf(record, address)}`;
  return [...new Set([...before, ...after])].sort().map((address) => {
    if (!before.has(address)) return paint.green(line('+', address));
    if (!after.has(address)) return paint.red(line('-', address));
    return line('=', address);
  });
}

/**
 * Instances that are not to be published, unless a line of the diff tells of their address already. Where it is not
 * known what should be published, nothing is known to be out.
 */
function outLines(record: RecordReport, paint: Paint): readonly string[] {
  const { instances, desired, published, planned, outcome } = record;
  if (desired === null) return [];
  // What is healthy and held back is not in the diff.
  const shown = outcome === 'held' ? (planned ?? []) : desired;
  const told = new Set<string>([...shown, ...(published ?? [])]);
  return instances
    .filter((instance) => !told.has(canonical(instance)))
    .map((instance) =>
      paint.dim(`  out ${instance.address || 'no address'} (${instance.node}: ${whyOf(instance)})`),
    );
}

/** What the lists of a report leave out. */
function restLines({ moreChanges = 0, moreInstances = 0 }: RecordReport, paint: Paint): readonly string[] {
  const rest = [
    ...(moreChanges > 0 ? [`${moreChanges} more changes`] : []),
    ...(moreInstances > 0 ? [`${moreInstances} more instances`] : []),
  ];
  return rest.length > 0 ? [paint.dim(`  …   and ${rest.join(' and ')}`)] : [];
}

/** The instance that speaks for an address, and its reason. Nothing where Consul was not read. */
function becauseOf({ instances, moreInstances = 0, desired }: RecordReport, address: string): string {
  if (desired === null) return '';
  const sharing = instances.filter((instance) => canonical(instance) === address);
  const speaker = sharing.find(({ status }) => status === 'passing') ?? sharing.at(-1);
  if (speaker) return ` (${speaker.node}: ${whyOf(speaker)})`;
  // It may be one of those that are left out.
  return moreInstances > 0 ? '' : ' (no longer registered)';
}

function canonical({ address }: InstanceReport): string {
  return parseAddress(address) ?? address;
}

/** In a diff the sign says already what the report adds for its readers: that a plan changes nothing yet. */
function whyOf({ why }: InstanceReport): string {
  return why.replace(/, (?:not yet|still) published \(record planned only\)$/, '');
}

/**
 * What a change does that the signs do not show, in its own words. Its message begins with the addresses that come
 * and go, each with its reason in parentheses, so that nothing which Consul said can stand behind the last one.
 */
function restOf({ message }: ChangeReport, { published, planned }: RecordReport): readonly string[] {
  const [, first] = /^(?:add|remove) (\S+) \(/.exec(message) ?? [];
  const address = first === undefined ? undefined : parseAddress(first);
  // An address that stays is moved from one record set to another: under another routing policy.
  const isShown =
    address !== undefined &&
    (published?.includes(address) ?? false) !== ((planned ?? published)?.includes(address) ?? false);
  const rest = isShown ? message.slice(message.lastIndexOf(')') + 1).replace(/^; /, '') : message;
  return rest === '' ? [] : [rest];
}

function summarize(report: RunReport): string {
  const { records } = report;
  const counts = [...new Set(records.map(({ outcome }) => outcome))].map(
    (outcome) => `${records.filter((record) => record.outcome === outcome).length} ${outcome}`,
  );
  const verdict = {
    'nothing-to-do': 'nothing to do',
    pending: 'changes are pending',
    error: 'not everything could be planned',
  }[resultOf(report)];
  return `${records.length === 1 ? '1 record' : `${records.length} records`} (${counts.join(', ')}): ${verdict}. Nothing was written.`;
}
