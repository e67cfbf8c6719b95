import { addressPolicy, PRIVATE_CIDRS } from '../domain/address-policy.ts';
import { parseCidr } from '../domain/cidr.ts';
import { defined } from '../domain/defined.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { parseZoneId } from '../domain/zone.ts';
import { type ConsulSettings, readConsul, readQueryDefaults } from './consul-settings.ts';
import { parseRecordSettings } from './record-settings.ts';
import { type RoleSettings, readRole } from './role-settings.ts';
import { SettingsError } from './settings-error.ts';
import { type Environment, type SettingsReader, settingsReader } from './settings-reader.ts';

export type { ConsulSettings } from './consul-settings.ts';
export type { Environment } from './settings-reader.ts';

export interface Settings {
  readonly consul: ConsulSettings;
  readonly route53Role?: RoleSettings;
  readonly records: readonly RecordSetting[];
  /** How long an invocation watches, in seconds; 0 to decide about each record once. */
  readonly watchSeconds: number;
  /** Whether each record has metrics of its own, or only the log. */
  readonly metricsByRecord: boolean;
}

/** The owner of the records where OWNER_ID does not say otherwise. */
const DEFAULT_OWNER = 'consul-route53-updater';

/** Longer than the minute between two ticks, by as much as a tick may be late. See docs/adr/0012. */
export const DEFAULT_WATCH_SECONDS = 75;

/** A Lambda invocation ends after 900 seconds at most; a last change and the report need the rest. */
const MAX_WATCH_SECONDS = 840;

/**
 * Reads the settings from the environment.
 *
 * @param env the environment variables; an empty one counts as not set.
 * @param readFile returns a file's text, for the variables that name a file; its error becomes a problem.
 * @throws SettingsError with every problem at once, each naming its variable. No problem repeats a secret.
 */
export function readSettings(env: Environment, readFile: (path: string) => string): Settings {
  const problems: string[] = [];
  const reader = settingsReader(env, readFile, problems);
  const settings: Settings = defined({
    route53Role: readRole(reader),
    consul: readConsul(reader),
    records: readRecords(reader, readZoneId(reader), readOwner(reader)),
    watchSeconds: readWatchSeconds(reader),
    metricsByRecord: readMetricsByRecord(reader),
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** The zone of the records that name none; `undefined` where it is not set, which is for the records to judge. */
function readZoneId(reader: SettingsReader): string | undefined {
  const text = reader.get('HOSTED_ZONE_ID');
  const zoneId = text === undefined ? undefined : parseZoneId(text);
  if (text === undefined || zoneId !== undefined) return zoneId;
  reader.problem(
    `HOSTED_ZONE_ID, "${text}", is not the ID of a hosted zone, for example Z08345992R7HSH0EXAMPLE.`,
  );
  return '';
}

/** Who keeps the records. It is part of TXT values whose fields are parted by commas, and a set identifier. */
function readOwner(reader: SettingsReader): string {
  const owner = reader.get('OWNER_ID') ?? DEFAULT_OWNER;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(owner)) {
    reader.problem(
      `OWNER_ID, "${owner.slice(0, 100)}", must have 1 to 64 characters: letters, digits, ".", "_" and "-".`,
    );
  }
  return owner;
}

function readRecords(
  reader: SettingsReader,
  zoneId: string | undefined,
  owner: string,
): readonly RecordSetting[] {
  const source = readRecordsText(reader);
  const { records, problems, lacksZone } = source
    ? parseRecordSettings(source.text, zoneId)
    : { records: [], problems: [], lacksZone: zoneId === undefined };
  if (lacksZone) {
    reader.problem(
      'HOSTED_ZONE_ID is required, unless each record has a zoneId: the ID of the private hosted zone, for example Z08345992R7HSH0EXAMPLE.',
    );
  }
  for (const problem of problems) reader.problem(`${source?.variable}${problem}`);
  const defaults = readQueryDefaults(reader);
  return records.map((record): RecordSetting => {
    const { name, zoneId, ttl, routing, minHealthy, maxAddresses, onConflict, ...rest } = record;
    const { vanishedHoldSeconds, allowedCidrs, ...query } = rest;
    const cidrs = allowedCidrs?.flatMap((text) => parseCidr(text) ?? []) ?? PRIVATE_CIDRS;
    return {
      ...{ name, zoneId, ttl, routing, minHealthy, maxAddresses, vanishedHoldSeconds, onConflict, owner },
      query: { ...defaults, ...query },
      allowedCidrs: cidrs,
      addressPolicy: addressPolicy(cidrs),
    };
  });
}

/** The text of the record settings, and the variable that held it or its name. */
function readRecordsText(
  reader: SettingsReader,
): { readonly variable: string; readonly text: string } | undefined {
  const inline = reader.get('RECORDS');
  const file = reader.get('RECORDS_FILE');
  if (inline !== undefined && file !== undefined) {
    return reader.problem('RECORDS and RECORDS_FILE are both set: keep one of the two.');
  }
  if (inline !== undefined) return { variable: 'RECORDS', text: inline };
  if (file === undefined) {
    return reader.problem(
      'RECORDS or RECORDS_FILE is required: a JSON array of records, for example [{"service": "rdsproxy", "name": "rdsproxy.corp.internal"}].',
    );
  }
  const text = reader.file('RECORDS_FILE');
  return text === undefined ? undefined : { variable: 'RECORDS_FILE', text };
}

function readWatchSeconds(reader: SettingsReader): number {
  const text = reader.get('WATCH_SECONDS') ?? String(DEFAULT_WATCH_SECONDS);
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > MAX_WATCH_SECONDS) {
    reader.problem(
      `WATCH_SECONDS, "${text}", must be a whole number from 0 (one look) to ${MAX_WATCH_SECONDS}.`,
    );
  }
  return seconds;
}

function readMetricsByRecord(reader: SettingsReader): boolean {
  const text = reader.get('METRICS_BY_RECORD') ?? 'false';
  if (!/^(true|false)$/.test(text)) {
    reader.problem(`METRICS_BY_RECORD, "${text}", must be true or false.`);
  }
  return text === 'true';
}
