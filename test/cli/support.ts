import { askedFor } from '../../cli/stage.ts';
import { PARAMETERS, RECORDS } from '../deploy/site.ts';
import type { Stack } from '../support/stack.ts';

/** The owner of the names of the stage `dev`. */
export const OWNER = 'updater-dev';

/** What a command works with in a shell that reaches the stand-ins, for a stage `dev`, and where it finds Route 53. */
export function askOf(stack: Stack, own: Readonly<Record<string, string>> = {}) {
  const files: Readonly<Record<string, string>> = {
    'serverless.yml': 'service: updater',
    'stages/dev.yml': JSON.stringify({ ...PARAMETERS, records: JSON.parse(RECORDS) }),
  };
  const shell = {
    CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
    HOSTED_ZONE_ID: stack.zone.id,
    ...own,
  };
  const asked = askedFor('dev', shell, (path) => files[path] ?? '');
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };
  return { asked, outside: { route53: { endpoint: stack.route53.url, credentials } } };
}
