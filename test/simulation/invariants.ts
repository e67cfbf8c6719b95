import type { Change, RecordSet } from '../../emulators/route53/model.ts';

/** A promise that did not hold, by its name, with when (milliseconds) and what. */
export interface Violation {
  readonly invariant: Invariant;
  readonly at: number;
  readonly what: string;
}

export type Invariant =
  | 'never emptied'
  | 'nothing that was never healthy is published'
  | 'sets of others are left alone'
  | 'a write never rests on older news than the one before'
  | 'the record follows within its time'
  | 'a run never crashes'
  | 'requests and changes stay within their budgets'
  | 'a lost race is never reported as failed'
  | 'what fails has a reason';

/** What holds for every batch of ours that Route 53 carried out. */
export function checkBatch(
  name: string,
  changes: readonly Change[],
  before: readonly RecordSet[],
  after: readonly RecordSet[],
  wasHealthy: (address: string) => boolean,
): readonly Omit<Violation, 'at'>[] {
  const violations: Omit<Violation, 'at'>[] = [];
  if (addressesAt(name, before).length > 0 && addressesAt(name, after).length === 0)
    violations.push({ invariant: 'never emptied', what: describe(changes) });
  for (const { action, recordSet } of changes) {
    if (recordSet.name !== name || action === 'DELETE') continue;
    const never = recordSet.values.filter((value) => recordSet.type === 'A' && !wasHealthy(value));
    if (never.length > 0)
      violations.push({ invariant: 'nothing that was never healthy is published', what: never.join() });
  }
  const foreign = (sets: readonly RecordSet[]) =>
    sets
      .filter((set) => set.name === name && !set.setIdentifier?.startsWith('consul'))
      .map(({ setIdentifier, values, ttl }) => [setIdentifier, values, ttl].join())
      .join();
  if (foreign(before) !== foreign(after))
    violations.push({ invariant: 'sets of others are left alone', what: describe(changes) });
  return violations;
}

export function isOurAddress(name: string, set: RecordSet): boolean {
  return set.type === 'A' && set.name === name && set.setIdentifier?.startsWith('consul/') === true;
}

/** Our addresses at a name. */
export function addressesAt(name: string, sets: readonly RecordSet[]): readonly string[] {
  return sets
    .filter((set) => isOurAddress(name, set))
    .flatMap(({ values }) => values)
    .sort();
}

/** A batch in one line. */
export function describe(changes: readonly Change[]): string {
  return changes
    .map(({ action, recordSet }) => `${action} ${recordSet.setIdentifier ?? recordSet.type}`)
    .join(', ');
}
