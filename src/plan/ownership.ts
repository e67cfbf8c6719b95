import { listed } from '../domain/printable.ts';
import type { RecordName } from '../domain/record-name.ts';
import { type Change, isTextRecordSet, type RecordSet, type TextRecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Zone } from '../domain/zone.ts';
import { formatMemory, type Memory, NO_MEMORY, parseMemory } from './memory.ts';

/** What names this tool in TXT sets, and the set identifier of a registry record. */
const HERITAGE = 'consul-route53-updater';

/** Seconds. Nobody waits for these sets to change: they are for operators, and are read by the API. */
const TTL = 60;

/** Who keeps a name, as its registry record says. */
export interface Registration {
  readonly owner: string;
  readonly service: string;
}

/**
 * The registry record of a name: a TXT set at the name itself, so that `dig TXT <name>` says who keeps it. The form is
 * external-dns's: https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/
 *
 * @param memory what the guards are to remember, in strings of its own behind the first.
 */
export function registrySet({ name, owner, query }: RecordSetting, memory = NO_MEMORY): TextRecordSet {
  return textSet(name, HERITAGE, { owner, service: query.service }, formatMemory(memory));
}

/** What the guards remember of a name, as its registry record has it; nothing without one. */
export function memoryIn(sets: readonly RecordSet[]): Memory {
  const [, ...more] = stringsOf(findRegistry(sets));
  return more.length === 0 ? NO_MEMORY : parseMemory(more);
}

/** The registry record at a name, whoever wrote it. */
export function findRegistry(sets: readonly RecordSet[]): TextRecordSet | undefined {
  return sets.filter(isTextRecordSet).find(({ setIdentifier }) => setIdentifier === HERITAGE);
}

/** What the registry record at a name says; `undefined` if there is none, or one that nobody of us wrote so. */
export function registrationIn(sets: readonly RecordSet[]): Registration | undefined {
  const { owner, service } = fieldsOf(findRegistry(sets));
  return owner === undefined || service === undefined ? undefined : { owner, service };
}

/** Who keeps a name, seen from the owner in a record setting. */
export function keeperOf(
  { owner }: Pick<RecordSetting, 'owner'>,
  sets: readonly RecordSet[],
): 'us' | 'another' | 'nobody' {
  const registration = registrationIn(sets);
  if (!registration) return 'nobody';
  return registration.owner === owner ? 'us' : 'another';
}

/**
 * The changes that make a name ours, move it to another service, or note what the guards are to remember of it: none where
 * its registry record says so already.
 *
 * @param current every record set at the name.
 */
export function planRegistration(
  setting: RecordSetting,
  current: readonly RecordSet[],
  memory: Memory = NO_MEMORY,
): readonly Change[] {
  const { owner, query } = setting;
  const before = findRegistry(current);
  const set = registrySet(setting, memory);
  if (before && before.ttl === set.ttl && before.values.join() === set.values.join()) return [];
  const known = registrationIn(current);
  const message = !known
    ? `note that "${owner}" keeps the name`
    : known.owner !== owner
      ? `take the name over from "${known.owner}"`
      : known.service !== query.service
        ? `move the name from the service "${known.service}" to "${query.service}"`
        : describeMemory(memory);
  return [before ? { action: 'REPLACE', before, set, message } : { action: 'CREATE', set, message }];
}

/** What is noted of a name that was ours before. */
function describeMemory({ gone, peaks }: Memory): string {
  if (gone.size > 0)
    return `note since when ${listed([...gone.keys()], ', ', 5)} ${gone.size === 1 ? 'is' : 'are'} not registered`;
  const [peak] = peaks;
  return peak ? `note that the name had ${peak.count} addresses` : 'note that nothing is missing';
}

/** Whether changes to a registry record only note something for the guards, and nothing of who keeps the name. */
export function isMemoryOnly(registration: readonly Change[]): boolean {
  return registration.some(
    (change) =>
      change.action === 'REPLACE' &&
      JSON.stringify(registrationIn([change.before])) === JSON.stringify(registrationIn([change.set])),
  );
}

/** The name at which the owners of records in a zone keep their revisions. */
export function revisionName(zone: Pick<Zone, 'name'>): RecordName {
  return `_${HERITAGE}.${zone.name}` as RecordName;
}

/**
 * An owner's revision of its records in a zone: a TXT set that each of its batches replaces by the next one.
 *
 * @param number one more than the last one's.
 * @param nonce makes it differ from any other writer's next revision.
 * @param at milliseconds since 1970: for an operator who looks, the doctor, and what is left of Route 53's limits. No
 *   decision about addresses rests on it.
 */
export function revisionSet(
  zone: Pick<Zone, 'name'>,
  owner: string,
  number: number,
  nonce: string,
  at?: number,
): TextRecordSet {
  const changed = at !== undefined && { changed: `${new Date(at).toISOString().slice(0, 19)}Z` };
  return textSet(revisionName(zone), owner, { owner, revision: `${number}-${nonce}`, ...changed });
}

/** An owner's revision among the sets at the name of the revisions. */
export function findRevision(sets: readonly RecordSet[], owner: string): TextRecordSet | undefined {
  return sets.filter(isTextRecordSet).find(({ setIdentifier }) => setIdentifier === owner);
}

/** The number of a revision; 0 without one, or for one that nobody of us wrote so. */
export function revisionNumberOf(set: TextRecordSet | undefined): number {
  return Number(/^(\d{1,15})-/.exec(fieldsOf(set)['revision'] ?? '')?.[1] ?? 0);
}

/** When the owner of a revision last changed something in the zone, in milliseconds since 1970, if it says so. */
export function changedAt(set: TextRecordSet | undefined): number | undefined {
  const at = Date.parse(fieldsOf(set)['changed'] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** A TXT value is quoted: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat */
function textSet(
  name: RecordName,
  setIdentifier: string,
  fields: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): TextRecordSet {
  const pairs = Object.entries({ heritage: HERITAGE, ...fields }).map(([key, value]) => `${key}=${value}`);
  const value = [pairs.join(), ...more].map((text) => `"${text}"`).join(' ');
  return { routing: 'multivalue', name, type: 'TXT', ttl: TTL, setIdentifier, values: [value] };
}

type Fields = Readonly<Record<string, string | undefined>>;

/** Of a set many things are asked while one record is decided, and at each change again. */
const known = new WeakMap<TextRecordSet, Fields>();

/** The fields of a set of the form above, in its first string; none of any other, which a stranger may have written. */
function fieldsOf(set: TextRecordSet | undefined): Fields {
  if (!set) return {};
  const found = known.get(set) ?? parseFields(set);
  known.set(set, found);
  return found;
}

function parseFields(set: TextRecordSet): Fields {
  const [text = ''] = stringsOf(set);
  const fields = Object.fromEntries(text.split(',').map((pair) => pair.split('=', 2)));
  return fields['heritage'] === HERITAGE ? fields : {};
}

/** Route 53 takes no longer value. */
const MAX_VALUE = 4_000;

/** The strings of a set's only value; none if it has not the form above. */
function stringsOf(set: TextRecordSet | undefined): readonly string[] {
  const [value = '', ...more] = set?.values ?? [];
  if (more.length > 0 || value.length > MAX_VALUE || !/^"[^"]*"(?: "[^"]*")*$/.test(value)) return [];
  const strings = value.slice(1, -1).split('" "');
  return strings.every((text) => /^[\x20\x21\x23-\x7e]{1,255}$/.test(text)) ? strings : [];
}
