import { isAddressRecordSet } from '../domain/record-set.ts';
import { costOf, fits, groupIntoBatches } from './batches.ts';
import { changesOf, type Decision } from './decide.ts';
import type { Change, RecordLine } from './record-plan.ts';

/**
 * What Route 53 is asked for to carry out a decision, one request after the other: a single one where it fits.
 *
 * Otherwise what is added comes before what is removed, so that the name never has fewer addresses than before or
 * after. Only a type whose sets give way to others that cannot stand beside them (another routing policy, a conflict
 * that is replaced) stays together in one request; with at most 400 values before and after, it fits.
 *
 * @returns none if there is nothing to change.
 */
export function requestsOf(decision: Decision): readonly (readonly Change[])[] {
  const known = requests.get(decision) ?? plan(decision);
  requests.set(decision, known);
  return known;
}

/** Asked for several times: to group decisions, to count what they cost, and to send them. */
const requests = new WeakMap<Decision, readonly (readonly Change[])[]>();

function plan(decision: Decision): readonly (readonly Change[])[] {
  const whole = changesOf(decision);
  if (whole.length === 0) return [];
  const asserted = withKept(decision, whole);
  if (fits(costOf(asserted))) return [asserted];
  return split(decision).map((changes) => {
    const request = withKept(decision, changes);
    // A simple set of hundreds of values may leave no room. What is dead must go all the same.
    return fits(costOf(request)) ? request : changes;
  });
}

function split(decision: Decision): readonly (readonly Change[])[] {
  const { registration, lines } = decision;
  const whole = lines.filter(givesWay).map(({ changes }) => changes);
  const single = lines.filter((line) => !givesWay(line)).flatMap(({ changes }) => changes);
  const ordered = [
    ...whole,
    ...(registration.length > 0 ? [registration] : []),
    ...single.filter(({ action }) => action !== 'DELETE').map((change) => [change]),
    ...single.filter(({ action }) => action === 'DELETE').map((change) => [change]),
  ];
  const reserve = costOf(keptOf(decision));
  return groupIntoBatches(ordered, (unit) => unit, reserve).map((group) => group.flat());
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
function withKept(decision: Decision, changes: readonly Change[]): readonly Change[] {
  const addresses = changes.filter(({ set }) => set.type === 'CNAME' || isAddressRecordSet(set));
  if (addresses.length === 0 || addresses.some(({ action }) => action !== 'DELETE')) return changes;
  return [...changes, ...keptOf(decision)];
}

function keptOf({ lines }: Decision): readonly Change[] {
  const [kept] = lines.flatMap(({ asserted }) => asserted ?? []);
  return kept ? [{ action: 'UPSERT', set: kept, message: `keep ${kept.values.join(', ')}` }] : [];
}
