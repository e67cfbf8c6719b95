import { invalidChangeBatch } from './errors.ts';
import { type Change, type ChangeAction, keyOf, type RecordSet } from './model.ts';
import { parseName } from './names.ts';
import type { RecordSets } from './record-sets.ts';
import { isSameSet, neighbourProblems, problemsIn, setProblems, sizeProblems } from './rules.ts';

/** What a batch is judged against. */
export interface ZoneState {
  readonly name: string;
  /** Changed by a batch without a problem; by any other, left as they were. */
  readonly sets: RecordSets;
  /** The comment of the protection of a name and type, `''` if it has none, `undefined` if unprotected. */
  readonly protectionOf: (set: Pick<RecordSet, 'name' | 'type'>) => string | undefined;
}

/**
 * Applies a change batch: all of it or, if there is any problem, nothing.
 *
 * Changes take effect in the order of the batch, and all are taken back if one has a problem. A DELETE makes room for
 * what comes after it, so a record set may be replaced by sets of another routing policy in one batch, but a CREATE
 * placed before that DELETE fails (https://github.com/kubernetes-sigs/external-dns/issues/1411).
 *
 * @returns the changes with their names in Route 53's own form.
 * @throws AwsApiError `InvalidChangeBatch` with one message for each problem.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export function applyChanges(zone: ZoneState, requested: readonly Change[]): Change[] {
  const { sets } = zone;
  const problems = sizeProblems(requested);
  const undo: (() => void)[] = [];
  const changes: Change[] = [];
  const seen = new Map<string, ChangeAction[]>();

  for (const { action, recordSet } of requested) {
    const { name, problem } = parseName(recordSet.name);
    if (name === undefined) {
      problems.push(problem);
      continue;
    }
    const set: RecordSet = { ...recordSet, name };
    const change = { action, recordSet: set };
    changes.push(change);

    const key = keyOf(set);
    const before = seen.get(key) ?? [];
    seen.set(key, [...before, action]);
    const found = changeProblems(zone, before, change);
    problems.push(...found);
    if (found.length > 0) continue;

    const replaced = sets.get(set);
    undo.push(() => void (replaced ? sets.put(replaced) : sets.delete(set)));
    if (action === 'DELETE') sets.delete(set);
    else sets.put(set);
  }
  problems.push(...apexProblems(zone));
  if (problems.length === 0) return changes;
  for (const takeBack of undo.reverse()) takeBack();
  throw invalidChangeBatch(problems);
}

function changeProblems(
  zone: ZoneState,
  before: readonly ChangeAction[],
  { action, recordSet: set }: Change,
): string[] {
  const protection = zone.protectionOf(set);
  if (protection !== undefined) return [protectedMessage(set, protection)];

  // Replacing a record set by DELETE and CREATE is the one case in which a batch may name it twice.
  const isReplacement = action === 'CREATE' && before.length === 1 && before[0] === 'DELETE';
  if (before.length > 0 && !isReplacement) {
    return [
      `The request contains an invalid set of changes for a resource record set '${set.type} ${set.name}'`,
    ];
  }

  const problems = setProblems(set, zone.name);
  if (problems.length > 0) return problems;
  const current = zone.sets.get(set);
  if (action === 'DELETE') {
    if (current === undefined) return [`Tried to delete ${describe(set)} but it was not found`];
    return isSameSet(current, set)
      ? []
      : [`Tried to delete ${describe(set)} but the values provided do not match the current values`];
  }
  if (action === 'CREATE' && current !== undefined) {
    return [`Tried to create ${describe(set)} but it already exists`];
  }
  return neighbourProblems(set, zone.sets.at(set.name), zone.name);
}

/** A zone keeps the NS and SOA record sets it was created with, though their values may change. */
function apexProblems(zone: ZoneState): string[] {
  const has = (type: 'NS' | 'SOA') => zone.sets.get({ name: zone.name, type }) !== undefined;
  return problemsIn([
    !has('SOA') && 'A HostedZone must contain exactly one SOA record.',
    !has('NS') && 'A HostedZone must contain at least one NS record for the zone itself.',
  ]);
}

/** The documentation promises the record set and the comment in this message, but not its words. */
function protectedMessage(set: RecordSet, comment: string): string {
  const reason = comment === '' ? '' : `: ${comment}`;
  return `Tried to change ${describe(set)} but it is protected by a resource record set protection${reason}`;
}

function describe(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? '' : `, set-identifier='${set.setIdentifier}'`;
  return `resource record set [name='${set.name}', type='${set.type}'${identifier}]`;
}
