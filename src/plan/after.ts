import type { Change, RecordSet } from '../domain/record-set.ts';

/** The record sets at a name once changes were made to it. The input is left as it is. */
export function setsAfter(current: readonly RecordSet[], changes: readonly Change[]): readonly RecordSet[] {
  const sets = new Map(current.map((set) => [identityOf(set), set]));
  for (const { action, set } of changes) {
    if (action === 'DELETE') sets.delete(identityOf(set));
    else sets.set(identityOf(set), set);
  }
  return [...sets.values()];
}

/** Route 53 tells record sets apart by name, type and set identifier. */
function identityOf(set: RecordSet): string {
  return JSON.stringify([set.name, set.type, 'setIdentifier' in set ? set.setIdentifier : null]);
}
