import type { RecordSet } from './model.ts';
import { parseName } from './names.ts';

/** Where a listing begins: a name, perhaps a type, perhaps a set identifier. */
export interface Position {
  readonly name: string;
  readonly type?: string;
  readonly setIdentifier?: string;
}

/**
 * The text by which `ListResourceRecordSets` orders names: the labels reversed, with a trailing dot, compared
 * in plain ASCII order. Because of that dot `a-b.example.` comes before `a.example.`.
 *
 * @param name a domain name in any form; escapes are decoded, so that `\052` sorts as `*`.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function orderKey(name: string): string {
  const parsed = parseName(name);
  if ('problem' in parsed) return name;
  return `${parsed.labels.toReversed().join('.')}.`;
}

/** Record sets in the order of the listing: name, then type, then set identifier. */
export function inOrder(sets: Iterable<RecordSet>): RecordSet[] {
  return [...sets]
    .map((set) => ({ set, key: orderKey(set.name) }))
    .sort(
      (a, b) =>
        compare(a.key, b.key) ||
        // An escaped dot inside a label can give two names the same key.
        compare(a.set.name, b.set.name) ||
        compare(a.set.type, b.set.type) ||
        compare(a.set.setIdentifier ?? '', b.set.setIdentifier ?? ''),
    )
    .map(({ set }) => set);
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
