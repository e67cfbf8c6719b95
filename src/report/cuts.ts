import type { InstanceVerdict } from '../plan/desired.ts';
import type { ChangeReport, InstanceReport, RecordReport } from './run-report.ts';

/** Entries of a list that a report has. */
const MAX_ENTRIES = 20;

/** Addresses at a name: Route 53 has no room for more. */
export const MAX_ADDRESSES = 400;

/** Characters of the message of a record. */
export const MAX_MESSAGE = 4_000;

/** Characters of the message of a change. */
export const MAX_CHANGE = 1_000;

/** Reports of instances; where there are many, first of those that are out, as they ask for somebody. */
export function cutInstances(
  instances: readonly InstanceVerdict[],
  report: (instance: InstanceVerdict) => InstanceReport,
): Pick<RecordReport, 'instances' | 'moreInstances'> {
  const rest = instances.length - MAX_ENTRIES;
  if (rest <= 0) return { instances: instances.map(report) };
  const isOut = ({ decision }: InstanceVerdict) => decision !== 'publish';
  const worstFirst = [...instances.filter(isOut), ...instances.filter((instance) => !isOut(instance))];
  return { instances: worstFirst.slice(0, MAX_ENTRIES).map(report), moreInstances: rest };
}

/** The last changes of a record, and how many there are besides. */
export function cutChanges(
  changes: readonly ChangeReport[],
  more = 0,
): Pick<RecordReport, 'changes' | 'moreChanges'> {
  const rest = more + Math.max(0, changes.length - MAX_ENTRIES);
  return { changes: changes.slice(-MAX_ENTRIES), ...(rest > 0 && { moreChanges: rest }) };
}

/** How many changes a report tells of or leaves out. */
export function countChanges({ changes, moreChanges = 0 }: Pick<RecordReport, 'changes' | 'moreChanges'>) {
  return changes.length + moreChanges;
}
