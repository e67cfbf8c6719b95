import { changesOf, type Decision } from './decide.ts';
import { type Change, desiredSets } from './record-plan.ts';

/**
 * What Route 53 is asked for to carry out a decision: its changes and, where those only remove, one of the sets that
 * stay. Since the record was read, somebody else may have removed that one; written once more, it makes sure that the
 * name has an address after the request, whatever happened before it.
 */
export function requestOf(decision: Decision): readonly Change[] {
  const changes = changesOf(decision);
  if (changes.length === 0 || changes.some(({ action }) => action === 'UPSERT')) return changes;
  const [kept] = decision.lines.flatMap(({ type, desired }) =>
    desiredSets(decision.setting, type, desired ?? []),
  );
  if (!kept) return changes;
  return [...changes, { action: 'UPSERT', set: kept, message: `keep ${kept.values.join(', ')}` }];
}
