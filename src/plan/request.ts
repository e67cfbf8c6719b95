import { type Change, isAddressRecordSet } from '../domain/record-set.ts';
import { costOf, fits, groupIntoBatches } from './batches.ts';
import type { RecordLine } from './record-plan.ts';

/** What cannot wait (0), what should not (1), and the rest (2). */
export type Urgency = 0 | 1 | 2;

/** Dead addresses leave first, then names get addresses that have none, then the rest. */
export function urgencyOf(lines: readonly RecordLine[]): Urgency {
  const removes = lines.some(
    ({ published, after }) => after && published?.some((address) => !after.includes(address)),
  );
  if (removes) return 0;
  return lines.every(({ published }) => published?.length === 0) ? 1 : 2;
}

/**
 * What Route 53 is asked for to make the changes of a record, one request after the other: a single one where it fits.
 *
 * Otherwise what is added comes before what is removed, so that the name never has fewer addresses than before or
 * after. Only a type whose sets give way to others that cannot stand beside them (another routing policy, a conflict
 * that is replaced) stays together in one request; with at most 400 values before and after, it fits.
 *
 * @param registration the changes of its registry record.
 * @returns none if there is nothing to change.
 */
export function requestsFor(
  lines: readonly RecordLine[],
  registration: readonly Change[],
): readonly (readonly Change[])[] {
  // What stands in the way of a TXT set is deleted before it is created.
  const whole = [...lines.flatMap(({ changes }) => changes), ...registration];
  if (whole.length === 0) return [];
  const kept = keptOf(lines);
  const asserted = withKept(kept, whole);
  if (fits(costOf(asserted))) return [asserted];
  return split(lines, registration, kept).map((changes) => {
    const request = withKept(kept, changes);
    // A simple set of hundreds of values may leave no room. What is dead must go all the same.
    return fits(costOf(request)) ? request : changes;
  });
}

function split(
  lines: readonly RecordLine[],
  registration: readonly Change[],
  kept: readonly Change[],
): readonly (readonly Change[])[] {
  const whole = lines.filter(givesWay).map(({ changes }) => changes);
  const single = lines.filter((line) => !givesWay(line)).flatMap(({ changes }) => changes);
  const ordered = [
    ...whole,
    ...(registration.length > 0 ? [registration] : []),
    ...single.filter(({ action }) => action !== 'DELETE').map((change) => [change]),
    ...single.filter(({ action }) => action === 'DELETE').map((change) => [change]),
  ];
  return groupIntoBatches(ordered, (unit) => unit, costOf(kept)).map((group) => group.flat());
}

/** Whether what a type adds cannot stand beside what it removes. */
function givesWay({ changes }: RecordLine): boolean {
  const added = changes.find(({ action }) => action !== 'DELETE')?.set;
  if (!added) return false;
  return changes.some(
    ({ action, set }) => action === 'DELETE' && (set.type !== added.type || set.routing !== added.routing),
  );
}

/**
 * Where a request only removes addresses, one of the sets that stay is written once more. Since the name was read,
 * somebody may have removed that one; so the name has an address after the request, whatever happened before it.
 */
function withKept(kept: readonly Change[], changes: readonly Change[]): readonly Change[] {
  const addresses = changes.filter(({ set }) => set.type === 'CNAME' || isAddressRecordSet(set));
  if (addresses.length === 0 || addresses.some(({ action }) => action !== 'DELETE')) return changes;
  return [...changes, ...kept];
}

function keptOf(lines: readonly RecordLine[]): readonly Change[] {
  const [kept] = lines.flatMap(({ asserted }) => asserted ?? []);
  return kept ? [{ action: 'UPSERT', set: kept, message: `keep ${kept.values.join(', ')}` }] : [];
}
