import { parseAddress, RECORD_TYPES } from '../domain/address.ts';
import { type AddressRecordSet, addressesOf, type Change, type RecordSet } from '../domain/record-set.ts';
import { isAllowedBy, type RecordSetting } from '../domain/record-setting.ts';
import { ownSets, publishedIn } from './own-sets.ts';
import { keeperOf } from './ownership.ts';
import { list, type RecordLine, reasonFor } from './record-plan.ts';

/**
 * What is published at a record's name, where nothing is known of what is desired, or nothing else is to be changed. The
 * only changes take out addresses that may never be published there, whoever wrote them: for that nobody needs to know
 * what Consul says.
 */
export function purgingLines(setting: RecordSetting, current: readonly RecordSet[]): readonly RecordLine[] {
  const isAnothers = keeperOf(setting, current) === 'another';
  const own = ownSets(setting, current);
  const lines = RECORD_TYPES.map((type): RecordLine => {
    const sets = own.filter((set) => set.type === type);
    const line = { type, published: publishedIn(sets), desired: null };
    const changes = isAnothers ? [] : sets.flatMap((set) => purge(setting, set));
    if (changes.length === 0) return { ...line, changes, ...(sets[0] && { asserted: sets[0] }) };
    const left = sets.map((set) => allowedOf(setting, set)).filter(({ values }) => values.length > 0);
    const [asserted] = left;
    return { ...line, changes, after: left.flatMap(addressesOf).sort(), ...(asserted && { asserted }) };
  });
  const [first, ...others] = lines.filter(
    ({ published, changes }) => (published?.length ?? 0) + changes.length > 0,
  );
  return first ? [first, ...others] : lines.slice(0, 1);
}

function purge(setting: RecordSetting, set: AddressRecordSet): readonly Change[] {
  const left = allowedOf(setting, set);
  const values = set.values.filter((value) => !left.values.includes(value));
  if (values.length === 0) return [];
  const message = list('remove', values, reasonFor(setting, new Map()));
  return [
    left.values.length === 0
      ? { action: 'DELETE', set, message }
      : { action: 'REPLACE', before: set, set: left, message },
  ];
}

/** The set without what may not be published, which is also what we do not read as an address; perhaps with nothing. */
function allowedOf(setting: RecordSetting, set: AddressRecordSet): AddressRecordSet {
  const isAllowed = isAllowedBy(setting);
  const isKept = (value: string) => {
    const address = parseAddress(value);
    return address !== undefined && isAllowed(address);
  };
  return { ...set, values: set.values.filter(isKept) };
}
