import type { RecordSet } from './model.ts';
import { parseName } from './names.ts';

/** Where a listing begins: a name, perhaps a type, perhaps a set identifier. */
export interface Position {
  readonly name: string;
  readonly type?: string | undefined;
  readonly setIdentifier?: string | undefined;
}

/**
 * The text by which `ListResourceRecordSets` orders names: the labels reversed, with a trailing dot, compared
 * in plain ASCII order. Because of that dot `a-b.example.` comes before `a.example.`.
 *
 * @param name a domain name in any form; escapes are decoded, so that `\052` sorts as `*`.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function orderKey(name: string): string {
  const { labels } = parseName(name);
  return labels ? `${labels.toReversed().join('.')}.` : name;
}

/** A name's place among others. */
export interface Ranked {
  /** As `orderKey` has it. */
  readonly rank: string;
  readonly name: string;
}

/** The order of names, as `sort` wants it. An escaped dot inside a label can give two names the same rank. */
export function compareNames(a: Ranked, b: Ranked): number {
  return compare(a.rank, b.rank) || compare(a.name, b.name);
}

/** The order of record sets of one name: by type, then by set identifier. */
export function compareInOrder(a: RecordSet, b: RecordSet): number {
  return compare(a.type, b.type) || compare(a.setIdentifier ?? '', b.setIdentifier ?? '');
}

/** Whether a record set stands at a position of the listing or after it. */
export function isAtOrAfter(set: RecordSet, from: Position): boolean {
  const byName = compare(orderKey(set.name), orderKey(from.name)) || compare(set.name, from.name);
  if (byName !== 0 || from.type === undefined) return byName >= 0;
  const byType = compare(set.type, from.type);
  if (byType !== 0 || from.setIdentifier === undefined) return byType >= 0;
  return compare(set.setIdentifier ?? '', from.setIdentifier) >= 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
