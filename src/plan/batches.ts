import type { Change } from './record-plan.ts';

/**
 * Limits of one ChangeResourceRecordSets request. An UPSERT counts twice towards both.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
 */
export const MAX_RECORDS = 1_000;
export const MAX_CHARACTERS = 32_000;

/** What changes cost of a request's limits. */
export interface Cost {
  /** `ResourceRecord` elements. */
  readonly records: number;
  /** Characters in all their values. */
  readonly characters: number;
}

/** What a number of changes cost together. */
export function costOf(changes: readonly Change[]): Cost {
  let records = 0;
  let characters = 0;
  for (const { action, set } of changes) {
    const times = action === 'UPSERT' ? 2 : 1;
    // An alias has no values, but is counted as one, to be on the safe side.
    records += times * Math.max(set.values.length, 1);
    characters += times * set.values.reduce((sum, value) => sum + value.length, 0);
  }
  return { records, characters };
}

/** Whether the changes fit in one request. */
export function fits({ records, characters }: Cost): boolean {
  return records <= MAX_RECORDS && characters <= MAX_CHARACTERS;
}

/**
 * Groups items so that the changes of each group fit in one request, keeping their order. The changes of one item
 * are never spread over two groups; an item too large for a request stands alone, to be cut by `splitChanges`.
 */
export function groupIntoBatches<T>(
  items: readonly T[],
  changesOf: (item: T) => readonly Change[],
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let filled: Cost = { records: Number.POSITIVE_INFINITY, characters: 0 };
  for (const item of items) {
    const cost = costOf(changesOf(item));
    const together = {
      records: filled.records + cost.records,
      characters: filled.characters + cost.characters,
    };
    const group = fits(together) ? groups.at(-1) : undefined;
    if (group) group.push(item);
    else groups.push([item]);
    filled = group ? together : cost;
  }
  return groups;
}

/**
 * Cuts the changes of one record into requests: one if they fit, otherwise several, in which what is added comes
 * before what is removed, so that the record never has fewer addresses than before or after. Only sets that
 * must leave before ours can come (a conflict that is replaced) stay in front.
 */
export function splitChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  if (fits(costOf(changes))) return changes.length > 0 ? [changes] : [];
  const isReplaced = ({ action, set }: Change) =>
    action === 'DELETE' && !changes.some((other) => coexist(other, set));
  const replaced = changes.filter(isReplaced);
  const others = changes.filter((change) => !isReplaced(change));
  const ordered = [
    ...replaced,
    ...others.filter(({ action }) => action === 'UPSERT'),
    ...others.filter(({ action }) => action === 'DELETE'),
  ];
  return groupIntoBatches(ordered, (change) => [change]);
}

/** Whether an added set may stand beside another at the same name. */
function coexist({ action, set }: Change, other: Change['set']): boolean {
  return (
    action === 'UPSERT' && (set.type !== other.type ? other.type !== 'CNAME' : set.routing === other.routing)
  );
}
