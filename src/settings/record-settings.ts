import * as v from 'valibot';
import { parseCidr } from '../domain/cidr.ts';
import { parseRecordName } from '../domain/record-name.ts';
import { CONSISTENCIES } from '../domain/service-query.ts';
import { parseZoneId } from '../domain/zone.ts';

/** Route 53 allows 128 characters in a set identifier; `consul/`, `/` and the longest IPv6 address take 47. */
const MAX_SERVICE_LENGTH = 81;

/** The largest TTL that Route 53 accepts. */
const MAX_TTL = 2_147_483_647;

/**
 * How many addresses of one type Route 53 takes at a name: so many values in a record set, so many sets.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-entities-records
 */
const MAX_ADDRESSES = { simple: 400, multivalue: 100 };

const RecordSettingSchema = v.strictObject({
  service: v.pipe(
    v.string('must be the name of a Consul service, a string'),
    v.regex(/^[A-Za-z0-9._-]+$/, 'must be the name of a Consul service: letters, digits, ".", "_" and "-"'),
    v.maxLength(
      MAX_SERVICE_LENGTH,
      `must have at most ${MAX_SERVICE_LENGTH} characters, since it becomes part of the set identifier`,
    ),
  ),
  name: v.pipe(
    v.string('must be a record name, a string such as "rdsproxy.corp.internal"'),
    parsedBy(parseRecordName, 'is not a record name such as "rdsproxy.corp.internal"'),
  ),
  zoneId: v.exactOptional(
    v.pipe(
      v.string('must be the ID of a hosted zone, a string such as "Z08345992R7HSH0EXAMPLE"'),
      parsedBy(parseZoneId, 'is not the ID of a hosted zone'),
    ),
  ),
  ttl: v.optional(wholeNumber(0, MAX_TTL, `must be a whole number of seconds from 0 to ${MAX_TTL}`), 5),
  routing: v.optional(v.picklist(['multivalue', 'simple'], 'must be "multivalue" or "simple"'), 'multivalue'),
  allowedCidrs: v.exactOptional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('must be a block of addresses, a string such as "10.0.0.0/8"'),
          v.check(
            (text) => parseCidr(text) !== undefined,
            (issue) => `"${issue.input}" is not a block of addresses such as "10.0.0.0/8" or "fd00::/8"`,
          ),
        ),
        'must be an array of blocks such as ["10.0.0.0/8"]',
      ),
      v.minLength(1, 'must name at least one block: leave it out for the private ranges'),
    ),
  ),
  minHealthy: v.optional(
    wholeNumber(1, 400, 'must be a whole number from 1 to 400: a record is never emptied'),
    1,
  ),
  maxAddresses: v.optional(
    wholeNumber(1, MAX_ADDRESSES.simple, `must be a whole number from 1 to ${MAX_ADDRESSES.simple}`),
    100,
  ),
  vanishedHoldSeconds: v.optional(
    wholeNumber(0, 86_400, 'must be a whole number of seconds from 0 to 86400'),
    600,
  ),
  tag: v.exactOptional(filledText()),
  datacenter: v.exactOptional(filledText()),
  namespace: v.exactOptional(filledText()),
  partition: v.exactOptional(filledText()),
  filter: v.exactOptional(filledText()),
  consistency: v.exactOptional(v.picklist(CONSISTENCIES, 'must be "default", "stale" or "consistent"')),
  maxStale: v.exactOptional(
    v.pipe(
      v.number('must be a number of seconds'),
      v.finite('must be a number of seconds'),
      v.minValue(0, 'must not be negative'),
    ),
  ),
  onConflict: v.optional(v.picklist(['refuse', 'replace'], 'must be "refuse" or "replace"'), 'refuse'),
});

const RecordSettingsSchema = v.pipe(
  v.array(RecordSettingSchema, 'must be an array of records, each with "service" and "name"'),
  v.minLength(1, 'must hold at least one record'),
);

type Parsed = v.InferOutput<typeof RecordSettingSchema>;

/** A record setting with its defaults filled in; the blocks still as texts, but known to be blocks. */
export type ParsedRecordSetting = Parsed & { readonly zoneId: string };

/**
 * Reads the JSON array of record settings.
 *
 * @param zoneId the hosted zone of the records that name none; `undefined` if there is none for them.
 *
 * Returns either the records or what is wrong, one sentence a problem; each continues after the name of the
 * variable that held the text, for example `[0].ttl must be …`.
 */
export function parseRecordSettings(
  text: string,
  zoneId: string | undefined,
): {
  readonly records: readonly ParsedRecordSetting[];
  readonly problems: readonly string[];
  /** Whether a record names no zone, and there is none for it. */
  readonly lacksZone: boolean;
} {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const problem = ` is not JSON: ${error instanceof Error ? error.message : error}.`;
    return { records: [], problems: [problem], lacksZone: zoneId === undefined };
  }
  const result = v.safeParse(RecordSettingsSchema, json, { abortPipeEarly: true });
  const lacksZone = zoneId === undefined && !nameTheirZones(json);
  if (!result.success) return { records: [], problems: result.issues.map(problemOf), lacksZone };
  const records = result.output.map((record) => ({ ...record, zoneId: record.zoneId ?? zoneId ?? '' }));
  const problems = [...duplicateNames(records), ...impossibleRoom(records)];
  return problems.length > 0 ? { records: [], problems, lacksZone } : { records, problems, lacksZone };
}

/** Looks at the raw JSON: records with other problems may still name their zone. */
function nameTheirZones(json: unknown): boolean {
  return Array.isArray(json) && json.length > 0 && json.every((record) => record?.zoneId !== undefined);
}

function filledText() {
  return v.pipe(v.string('must be a string'), v.minLength(1, 'must not be empty'));
}

/** @param parse returns `undefined` for a text that is none of its kind. */
function parsedBy<T>(parse: (text: string) => T | undefined, message: string) {
  return v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value === undefined) addIssue({ message: `"${dataset.value}" ${message}` });
    return value ?? NEVER;
  });
}

function wholeNumber(least: number, most: number, message: string) {
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  if (issue.type !== 'strict_object') return `${path} ${issue.message}.`;
  if (issue.expected === 'never') {
    const known = Object.keys(RecordSettingSchema.entries).join(', ');
    return `${path} is not a known key: known are ${known}.`;
  }
  return issue.expected === 'Object' ? `${path} must be an object.` : `${path} is required.`;
}

function duplicateNames(records: readonly ParsedRecordSetting[]): readonly string[] {
  return records.flatMap((record, index) => {
    const first = records.findIndex(({ name, zoneId }) => name === record.name && zoneId === record.zoneId);
    return first < index
      ? [`[${index}].name is ${record.name}, as in [${first}]: one name may have one setting in a zone.`]
      : [];
  });
}

function impossibleRoom(records: readonly ParsedRecordSetting[]): readonly string[] {
  return records.flatMap(({ routing, minHealthy, maxAddresses }, index) => {
    const most = MAX_ADDRESSES[routing];
    if (maxAddresses > most)
      return [
        `[${index}].maxAddresses must be at most ${most} with routing "${routing}": Route 53 takes no more.`,
      ];
    return minHealthy > maxAddresses
      ? [`[${index}].minHealthy, ${minHealthy}, must be at most maxAddresses, ${maxAddresses}.`]
      : [];
  });
}
