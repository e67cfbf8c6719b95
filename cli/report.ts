import type { InvocationContext } from '../handlers/update.ts';
import type { Given } from './arguments.ts';
import { type Paint, paintFor } from './paint.ts';
import { type Asked, STAGE_OPTION } from './stage.ts';

/** What the commands that print a report have in common. */
export const REPORT_OPTIONS = {
  ...STAGE_OPTION,
  json: 'print the report as JSON; with npm run --silent, nothing else',
  help: 'print this text',
} as const;

export const REPORT_SETTINGS = `The settings are those of stages/<stage>.yml, which sls deploy reads, too. The function's own variables win over them if
this shell has them, such as CONSUL_HTTP_ADDR for an address of Consul that can be reached from here, or CONSUL_HTTP_TOKEN.
Where a stage need not be named, it is dev, as for sls, or with RECORDS or RECORDS_FILE none: then those variables are all.
AWS credentials are found as the AWS CLI finds them (AWS_PROFILE, AWS_ACCESS_KEY_ID and so on).`;

/** Prints a report, as JSON or in words. */
export function printReport<R>(
  report: R,
  given: Given<typeof REPORT_OPTIONS>,
  { words }: Pick<Asked, 'words'>,
  render: (report: R, paint: Paint) => readonly string[],
): void {
  const lines = given.has('json')
    ? [JSON.stringify(report, null, 2)]
    : render(report, paintFor(process.stdout)).map(words);
  for (const line of lines) console.log(line);
}

/** Tells on stderr where the settings come from. */
export function tellNotes({ notes }: Pick<Asked, 'notes'>): void {
  for (const note of notes) console.error(note);
}

/** Lambda's context for an invocation that may take so many milliseconds from now. */
export function contextOf(milliseconds: number): InvocationContext {
  const end = performance.now() + milliseconds;
  return { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
}
