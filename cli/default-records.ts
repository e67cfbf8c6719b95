import { fileURLToPath } from 'node:url';
import type { Environment } from '../src/settings/settings.ts';

/** The environment, with the repository's own records where it names none. */
export function withDefaultRecords(env: Environment): Environment {
  if (env['RECORDS']?.trim() || env['RECORDS_FILE']?.trim()) return env;
  return { ...env, RECORDS_FILE: fileURLToPath(new URL('../records.json', import.meta.url)) };
}
