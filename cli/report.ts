import type { InvocationContext } from '../handlers/update.ts';
import type { Environment } from '../src/settings/settings.ts';
import { type Paint, paintFor } from './paint.ts';

/** What the commands that print a report of the function have in common. */
export const REPORT_SWITCHES = {
  json: "print the function's report as JSON; with npm run --silent, nothing else",
  help: 'print this text',
} as const;

export const REPORT_SETTINGS = `Settings are the function's own, from the environment: CONSUL_HTTP_ADDR and HOSTED_ZONE_ID are required,
CONSUL_HTTP_TOKEN and the rest as in the README. RECORDS_FILE defaults to records.json of this repository.
OWNER_ID says as whom: a deployed function is the owner <service>-<stage>, for example consul-route53-updater-dev.
AWS credentials are found as the AWS CLI finds them (AWS_PROFILE, AWS_ACCESS_KEY_ID and so on).`;

/** Prints a report, as JSON or in words. */
export function printReport<R>(
  report: R,
  given: ReadonlySet<keyof typeof REPORT_SWITCHES>,
  render: (report: R, paint: Paint) => readonly string[],
): void {
  const lines = given.has('json')
    ? [JSON.stringify(report, null, 2)]
    : render(report, paintFor(process.stdout));
  for (const line of lines) console.log(line);
}

/** Lambda's context for an invocation that may take so many milliseconds from now. */
export function contextOf(milliseconds: number): InvocationContext {
  const end = performance.now() + milliseconds;
  return { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
}

/** Tells on stderr, where names turned out to be another owner's, that this may be for want of a setting. */
export function tellOwner(env: Environment, isOwnedByAnother: boolean): void {
  if (!isOwnedByAnother || env['OWNER_ID']?.trim()) return;
  console.error(
    "This shell has no OWNER_ID. To judge as a deployed function does, set it to that one's owner: <service>-<stage>, for example consul-route53-updater-dev.",
  );
}
