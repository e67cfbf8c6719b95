import { type Environment, readSettings } from '../../src/settings/settings.ts';
import { SettingsError } from '../../src/settings/settings-error.ts';

export const FILES: Readonly<Record<string, string>> = {
  'records.json': '[{"service": "rdsproxy", "name": "rdsproxy.corp.internal"}]',
  'ca.pem': '-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n',
  'client.pem': '-----BEGIN CERTIFICATE-----\nclient\n-----END CERTIFICATE-----\n',
  'key.pem': '-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n',
  'empty.pem': '',
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}

/** Settings that work. */
export const GOOD: Environment = {
  CONSUL_HTTP_ADDR: 'http://consul.corp.internal:8500',
  HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
  RECORDS_FILE: 'records.json',
};

/** Reads settings that work, with others on top. */
export const read = (own: Environment = {}) => readSettings({ ...GOOD, ...own }, readFile);

/** What is wrong with them. */
export function problemsOf(own: Environment): readonly string[] {
  try {
    read(own);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** The settings of one record, with these keys on top. */
export const record = (own: object): Environment => ({
  RECORDS_FILE: undefined,
  RECORDS: JSON.stringify([{ service: 'rdsproxy', name: 'rdsproxy.corp.internal', ...own }]),
});
