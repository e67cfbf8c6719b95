declare const recordName: unique symbol;

/** A fully qualified record name in its one form: lower-case, without a trailing dot, `*` unescaped. */
export type RecordName = string & { readonly [recordName]: true };

/**
 * Labels as hosts have them (letters, digits, `-`), and `_`, which resolvers accept too; a first label `*` is
 * a wildcard. Route 53 allows more characters, none of which a client could put into a host name.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads the name of a record or of a hosted zone, with or without a trailing dot and in any case.
 * Returns `undefined` when it is not one: an empty or too long label (63), too long a name (255 octets on the
 * wire), one label alone, an IPv4 address, or other characters.
 */
export function parseRecordName(text: string): RecordName | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  const [first, ...others] = labels;
  if (name.length > 253 || labels.length < 2 || /^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  if (first === undefined || !(first === '*' || LABEL.test(first))) return undefined;
  return others.every((label) => LABEL.test(label)) ? (name as RecordName) : undefined;
}

/**
 * The one form of a name that Route 53 listed: it answers with a trailing dot, and with `\052` for `*`.
 * A name with other escapes keeps them; no record setting can have such a name.
 */
export function normalizeListedName(text: string): RecordName {
  return text.toLowerCase().replace(/\.$/, '').replaceAll('\\052', '*') as RecordName;
}

/** Whether the name is the zone's own name or below it, label by label: `xcorp.internal` is not in `corp.internal`. */
export function isInZone(name: RecordName, zone: RecordName): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * Compares two names in the order in which Route 53 lists them: labels reversed, in ASCII order, the dots (the
 * trailing one too) taking part, so that `a-b.corp` comes before `x.a.corp`.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function compareInListOrder(left: RecordName, right: RecordName): number {
  const a = reversed(left);
  const b = reversed(right);
  return a < b ? -1 : a > b ? 1 : 0;
}

function reversed(name: RecordName): string {
  return `${name.split('.').reverse().join('.')}.`;
}
