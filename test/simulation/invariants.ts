import type { Change, RecordSet } from '../../emulators/route53/model.ts';
import { FORBIDDEN } from './forbidden.ts';

/** A promise that did not hold, by its name, with when (milliseconds) and what. */
export interface Violation {
  readonly invariant: Invariant;
  readonly at: number;
  readonly what: string;
}

export type Invariant =
  | 'never emptied'
  | 'nothing that was never healthy is published'
  | 'most do not vanish, at once or piece by piece'
  | 'sets of others are left alone'
  | 'a write never rests on older news than the one before'
  | 'the record follows within its time'
  | 'a run never crashes'
  | 'requests and changes stay within their budgets'
  | 'a lost race is never reported as failed'
  | 'what fails has a reason';

/** What is known of addresses. */
export interface Judge {
  wasHealthy(address: string): boolean;
  /** Whether Consul has lost it, if it is taken out as gone. */
  isLoss(address: string): boolean;
  /** Those that were taken out so, from one batch to the next. */
  readonly lost: Set<string>;
}

/** What holds for every batch of ours that Route 53 carried out. */
export function checkBatch(
  name: string,
  changes: readonly Change[],
  before: readonly RecordSet[],
  after: readonly RecordSet[],
  { wasHealthy, isLoss, lost }: Judge,
): readonly Omit<Violation, 'at'>[] {
  const violations: Omit<Violation, 'at'>[] = [];
  const there = addressesAt(name, before);
  const left = addressesAt(name, after);
  if (there.length > 0 && left.length === 0)
    violations.push({ invariant: 'never emptied', what: describe(changes) });
  const justLost = there.filter((address) => !left.includes(address) && isLoss(address));
  for (const address of justLost) lost.add(address);
  for (const address of lost) if (left.includes(address) || !isLoss(address)) lost.delete(address);
  // What else has left may have failed, which is believed.
  if (justLost.length > 0 && lost.size > left.length)
    violations.push({ invariant: 'most do not vanish, at once or piece by piece', what: describe(changes) });
  for (const { action, recordSet } of changes) {
    if (recordSet.name !== name || action === 'DELETE') continue;
    // What is held may be written once more.
    const never = recordSet.values.filter(
      (value) => recordSet.type === 'A' && !wasHealthy(value) && !there.includes(value),
    );
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

/** Our addresses at a name, but for what may never be there. */
export function addressesAt(name: string, sets: readonly RecordSet[]): readonly string[] {
  return sets
    .filter((set) => isOurAddress(name, set))
    .flatMap(({ values }) => values)
    .filter((address) => address !== FORBIDDEN)
    .sort();
}

/** Whether a batch only takes out what may never be there: for that nobody needs to know what Consul says. */
export function isPurge(name: string, changes: readonly Change[]): boolean {
  const own = changes.filter(({ recordSet }) => isOurAddress(name, recordSet));
  const removed = own.filter(({ action }) => action === 'DELETE');
  return (
    removed.length > 0 &&
    removed.every(({ recordSet }) => recordSet.values.join() === FORBIDDEN) &&
    own.every(({ action }) => action !== 'CREATE')
  );
}

/** A batch in one line. */
export function describe(changes: readonly Change[]): string {
  return changes
    .map(({ action, recordSet }) => `${action} ${recordSet.setIdentifier ?? recordSet.type}`)
    .join(', ');
}
