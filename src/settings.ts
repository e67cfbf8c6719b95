import { addressPolicy, PRIVATE_CIDRS, parseCidr } from './domain/cidr.ts';
import type { RecordSetting } from './domain/record-setting.ts';
import { SettingsError } from './errors.ts';
import { parseRecordSettings } from './record-settings.ts';

/** How the function reaches Consul. */
export interface ConsulSettings {
  /** Origins (`http://host:port`) in the order in which they are tried. Never empty. */
  readonly addresses: readonly string[];
  readonly token?: string;
  readonly tls: TlsSettings;
  readonly namespace?: string;
  readonly partition?: string;
}

/** PEM texts, and the name to expect in Consul's certificate. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

export interface Settings {
  readonly consul: ConsulSettings;
  /** Without the `/hostedzone/` that some tools print before it. */
  readonly zoneId: string;
  readonly records: readonly RecordSetting[];
  /** How long an invocation stays after its first pass, in seconds; 0 for one pass only. */
  readonly watchSeconds: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A Lambda invocation ends after 900 seconds at most; the first pass and the report need the rest. */
const LONGEST_WATCH_SECONDS = 840;

/**
 * Reads the settings from the environment.
 *
 * @param env the environment variables; an empty one counts as not set.
 * @param readFile returns a file's text, for the variables that name a file; its error becomes a fault.
 * @throws SettingsError with every fault at once, each naming its variable. No fault repeats a secret.
 */
export function readSettings(env: Environment, readFile: (path: string) => string): Settings {
  const faults: string[] = [];
  const reader = settingsReader(env, readFile, faults);
  const settings: Settings = {
    consul: readConsul(reader),
    zoneId: readZoneId(reader),
    records: readRecords(reader),
    watchSeconds: readWatchSeconds(reader),
  };
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

/** Reads variables one by one and gathers what is wrong with them. */
interface SettingsReader {
  get(variable: string): string | undefined;
  /** The text of the file that the variable names. */
  file(variable: string): string | undefined;
  fault(sentence: string): void;
}

function settingsReader(
  env: Environment,
  readFile: (path: string) => string,
  faults: string[],
): SettingsReader {
  const get = (variable: string) => env[variable]?.trim() || undefined;
  return {
    get,
    fault: (sentence) => void faults.push(sentence),
    file(variable) {
      const path = get(variable);
      if (path === undefined) return undefined;
      try {
        return readFile(path);
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? error.code : 'unknown error';
        faults.push(`${variable} names the file ${path}, which cannot be read (${why}).`);
        return undefined;
      }
    },
  };
}

function readConsul(reader: SettingsReader): ConsulSettings {
  const token = reader.get('CONSUL_HTTP_TOKEN');
  const namespace = reader.get('CONSUL_NAMESPACE');
  const partition = reader.get('CONSUL_PARTITION');
  if (token !== undefined && /[^\x21-\x7e]/.test(token)) {
    reader.fault(
      'CONSUL_HTTP_TOKEN has characters that no HTTP header can carry: look for a line break or a space.',
    );
  }
  return {
    addresses: readConsulAddresses(reader),
    tls: readTls(reader),
    ...(token !== undefined && { token }),
    ...(namespace !== undefined && { namespace }),
    ...(partition !== undefined && { partition }),
  };
}

function readConsulAddresses(reader: SettingsReader): readonly string[] {
  const example = 'for example http://consul.corp.internal:8500, or several with commas';
  const text = reader.get('CONSUL_HTTP_ADDR');
  if (text === undefined) {
    reader.fault(`CONSUL_HTTP_ADDR is required: where Consul's HTTP API answers, ${example}.`);
    return [];
  }
  return text.split(',').flatMap((part, index) => {
    const url = URL.canParse(part.trim()) ? new URL(part.trim()) : undefined;
    const which = `The address number ${index + 1} in CONSUL_HTTP_ADDR`;
    if (url?.username || url?.password) {
      reader.fault(`${which} carries a user name or password: give the token as CONSUL_HTTP_TOKEN instead.`);
    } else if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
      reader.fault(`${which}, "${part.trim()}", is not of the form http(s)://host:port: ${example}.`);
    } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      reader.fault(
        `${which}, at ${url.host}, has more than http(s)://host:port: leave out all that follows the port.`,
      );
    } else {
      return [url.origin];
    }
    return [];
  });
}

function readTls(reader: SettingsReader): TlsSettings {
  if (/^(false|0)$/i.test(reader.get('CONSUL_HTTP_SSL_VERIFY') ?? '')) {
    reader.fault(
      "CONSUL_HTTP_SSL_VERIFY cannot turn verification off: give the certificate of Consul's CA as CONSUL_CACERT.",
    );
  }
  const ca = readPem(reader, 'CONSUL_CACERT');
  const cert = readPem(reader, 'CONSUL_CLIENT_CERT');
  const key = readPem(reader, 'CONSUL_CLIENT_KEY');
  const serverName = reader.get('CONSUL_TLS_SERVER_NAME');
  const hasCert = reader.get('CONSUL_CLIENT_CERT') !== undefined;
  const hasKey = reader.get('CONSUL_CLIENT_KEY') !== undefined;
  if (hasCert !== hasKey) {
    const [given, missing] = hasCert
      ? ['CONSUL_CLIENT_CERT', 'CONSUL_CLIENT_KEY']
      : ['CONSUL_CLIENT_KEY', 'CONSUL_CLIENT_CERT'];
    reader.fault(`${given} is set but ${missing} is not: a client certificate needs both.`);
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { serverName }),
  };
}

function readPem(reader: SettingsReader, variable: string): string | undefined {
  const text = reader.file(variable);
  if (text !== undefined && !text.includes('-----BEGIN ')) {
    reader.fault(`${variable} names a file that holds no PEM block (-----BEGIN …).`);
  }
  return text;
}

function readZoneId(reader: SettingsReader): string {
  const text = reader.get('HOSTED_ZONE_ID');
  const zoneId = text?.replace(/^\/?hostedzone\//, '') ?? '';
  if (text === undefined) {
    reader.fault(
      'HOSTED_ZONE_ID is required: the ID of the private hosted zone, for example Z08345992R7HSH0EXAMPLE.',
    );
  } else if (!/^[A-Z0-9]{1,32}$/.test(zoneId)) {
    reader.fault(
      `HOSTED_ZONE_ID, "${text}", is not the ID of a hosted zone, for example Z08345992R7HSH0EXAMPLE.`,
    );
  }
  return zoneId;
}

function readRecords(reader: SettingsReader): readonly RecordSetting[] {
  const inline = reader.get('RECORDS');
  const file = reader.get('RECORDS_FILE');
  if (inline !== undefined && file !== undefined) {
    reader.fault('RECORDS and RECORDS_FILE are both set: keep one of the two.');
    return [];
  }
  if (inline === undefined && file === undefined) {
    reader.fault(
      'RECORDS or RECORDS_FILE is required: a JSON array of records, for example [{"service": "rdsproxy", "name": "rdsproxy.corp.internal"}].',
    );
    return [];
  }
  const [variable, text] =
    inline !== undefined ? ['RECORDS', inline] : ['RECORDS_FILE', reader.file('RECORDS_FILE')];
  if (text === undefined) return [];
  const { records, faults } = parseRecordSettings(text);
  for (const fault of faults) reader.fault(`${variable}${fault}`);
  const datacenter = reader.get('CONSUL_DATACENTER');
  return records.map(({ allowedCidrs, ...record }): RecordSetting => {
    const cidrs = allowedCidrs?.flatMap((text) => parseCidr(text) ?? []) ?? PRIVATE_CIDRS;
    return {
      ...(datacenter !== undefined && { datacenter }),
      ...record,
      allowedCidrs: cidrs,
      addressPolicy: addressPolicy(cidrs),
    };
  });
}

function readWatchSeconds(reader: SettingsReader): number {
  const text = reader.get('WATCH_SECONDS') ?? '50';
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > LONGEST_WATCH_SECONDS) {
    reader.fault(
      `WATCH_SECONDS, "${text}", must be a whole number from 0 (one pass) to ${LONGEST_WATCH_SECONDS}.`,
    );
  }
  return seconds;
}
