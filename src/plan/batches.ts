import type { Change, RecordSet } from '../domain/record-set.ts';

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

/** What every batch costs beside its records' changes: the replaced revision, and that of a former owner. */
export const REVISIONS: Cost = { records: 4, characters: 1_000 };

/** What a number of changes cost together. */
export function costOf(changes: readonly Change[]): Cost {
  let records = 0;
  let characters = 0;
  for (const { values } of changes.flatMap(setsIn)) {
    // An alias has no values, but is counted as one, to be on the safe side.
    records += Math.max(values.length, 1);
    characters += values.reduce((sum, value) => sum + value.length, 0);
  }
  return { records, characters };
}

/** What the bucket loses besides, by each revision that a request replaces. */
export const REVISION_TOKENS = 2;

/**
 * What changes take from the account's bucket of changes: an UPSERT two tokens, any other one.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
 */
export function tokensOf(changes: readonly Change[]): number {
  return changes.flatMap(setsIn).length;
}

/** The sets that a change counts for, each as often as it does. */
function setsIn(change: Change): readonly RecordSet[] {
  if (change.action === 'REPLACE') return [change.before, change.set];
  return change.action === 'UPSERT' ? [change.set, change.set] : [change.set];
}

/** Whether the changes fit in one request, with the revisions. */
export function fits({ records, characters }: Cost): boolean {
  return records + REVISIONS.records <= MAX_RECORDS && characters + REVISIONS.characters <= MAX_CHARACTERS;
}

/**
 * Groups items so that the changes of each group fit in one request, keeping their order. The changes of one item
 * are never spread over two groups; an item too large for a request stands alone.
 *
 * @param reserve what each request will hold besides.
 */
export function groupIntoBatches<T>(
  items: readonly T[],
  changesOf: (item: T) => readonly Change[],
  reserve: Cost = { records: 0, characters: 0 },
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let filled: Cost = { records: Number.POSITIVE_INFINITY, characters: 0 };
  for (const item of items) {
    const cost = costOf(changesOf(item));
    const together = sum(filled, cost);
    const group = fits(together) ? groups.at(-1) : undefined;
    if (group) group.push(item);
    else groups.push([item]);
    filled = group ? together : sum(reserve, cost);
  }
  return groups;
}

function sum(left: Cost, right: Cost): Cost {
  return { records: left.records + right.records, characters: left.characters + right.characters };
}
