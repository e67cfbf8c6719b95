import { parseAddress, RECORD_TYPES, type RecordType } from '../domain/address.ts';
import { printable } from '../domain/printable.ts';
import { addressesOf, isAddressRecordSet, type RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { describeSet } from '../plan/record-plan.ts';
import { type Finding, ok, warning } from './finding.ts';

/** What the resolver answered for each type. */
export type Answered = ReadonlyMap<RecordType, readonly string[]>;

/** A multivalue answer has at most so many, chosen by chance. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-multivalue.html */
const MOST = 8;

/** Milliseconds within which changes are generally everywhere: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html */
const PROPAGATION = 60_000;

/** Whether what the resolver answers for addresses at a name may come from this set. */
export function isAnswering({ type }: RecordSet): boolean {
  return ['CNAME', ...RECORD_TYPES].includes(type);
}

/**
 * Whether clients get what is published: what the resolver answers, against what Route 53 lists, whoever wrote it there.
 * A type is left out where a set does not list its addresses, such as an alias.
 * A change is not answered by at once: Route 53 spreads it, and the resolver keeps an answer for the record's TTL.
 *
 * @param since milliseconds for which what is listed has been so at the least; `undefined` if that is not known.
 */
export function answerFinding(
  { name, ttl }: RecordSetting,
  sets: readonly RecordSet[],
  answered: Answered,
  since: number | undefined,
): Finding {
  const listed = sets.filter(isAddressRecordSet);
  // An alias, a weighted set or a CNAME: what is answered by it is not written there.
  const unlisted = sets.filter((set) => 'source' in set && isAnswering(set));
  const compared = RECORD_TYPES.filter(
    (type) => !unlisted.some((set) => set.type === type || set.type === 'CNAME'),
  );
  const differences = compared.flatMap((type) => {
    const ofType = listed.filter((set) => set.type === type);
    const published = ofType.flatMap(addressesOf);
    const got = (answered.get(type) ?? []).map((text) => parseAddress(text) ?? text);
    const isWhole = published.length <= MOST || ofType.some(({ routing }) => routing === 'simple');
    return [
      ...got
        .filter((address) => !(published as string[]).includes(address))
        .map((one) => `still answers ${printable(one)}`),
      ...(isWhole || got.length < MOST
        ? published.filter((address) => !got.includes(address)).map((one) => `does not answer ${one} yet`)
        : []),
    ].slice(0, isWhole || got.length >= MOST ? undefined : MOST);
  });
  if (differences.length === 0) {
    const [first] = unlisted;
    const apart = first ? `, but for ${describeSet(first)}, which does not say what it answers` : '';
    return ok(`The resolver here answers ${name} by what is published${apart}.`);
  }
  const what = `The resolver here does not answer ${name} by what is published: it ${differences.join(', ')}`;
  const usual = `A change takes up to a minute in Route 53, and the TTL, ${ttl} s, in the resolver.`;
  if (since !== undefined && since <= PROPAGATION + ttl * 1_000)
    return ok(`${what}. Something was changed ${seconds(since)} ago. ${usual}`);
  return warning(
    since === undefined
      ? `${what}. Since when is not known.`
      : `${what}, although nothing was changed for ${seconds(since)}.`,
    `${usual} If it stays so: look at AWS Health for Route 53, and whether the VPC has another zone, or a rule of Route 53 Resolver, that answers for this name.`,
  );
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1_000)} s`;
