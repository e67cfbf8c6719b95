import './quiet-sdk.ts';
import { createHandler } from '../handlers/update.ts';
import type { RunReport } from '../src/report/run-report.ts';
import { route53Client } from '../src/route53/client.ts';
import type { Environment } from '../src/settings/settings.ts';
import { describeSwitches } from './arguments.ts';
import { runCommand } from './command.ts';
import { withDefaultRecords } from './default-records.ts';
import { type PlanResult, renderPlan, resultOf } from './render-plan.ts';
import { contextOf, printReport, REPORT_SETTINGS, REPORT_SWITCHES, tellOwner } from './report.ts';

const HELP = `npm run plan -- [switches]

Shows what the function would change in Route 53 now, from a shell that reaches Consul and has AWS credentials.
Nothing is written.

${REPORT_SETTINGS}

${describeSwitches(REPORT_SWITCHES)}

Exit code: 0 if there is nothing to do, also because a guard holds a record (it is shown);
           2 if changes are pending;
           1 if a setting is wrong, a record failed or was refused, or Consul could not be read or believed.`;

const EXIT_CODES: Readonly<Record<PlanResult, number>> = { 'nothing-to-do': 0, pending: 2, error: 1 };

/** Milliseconds for the whole plan, all retries against a throttled Route 53 included. */
const TIME = 60_000;

/** Plans once. @returns the report, and why there were no AWS credentials if there were none. */
async function plan(env: Environment): Promise<{ report: RunReport; noCredentials: string | undefined }> {
  let noCredentials: string | undefined;
  const found = route53Client();
  const handler = createHandler({
    env: withDefaultRecords(env),
    // The plan is printed instead.
    log: () => undefined,
    wholeResult: true,
    route53: {
      // As the SDK finds them; the report alone would blame the rights of the function's role.
      credentials: async () => {
        try {
          return await found.config.credentials();
        } catch (error) {
          noCredentials = error instanceof Error ? error.message : String(error);
          throw error;
        }
      },
    },
  });
  return { report: await handler({ action: 'plan' }, contextOf(TIME)), noCredentials };
}

async function main(given: ReadonlySet<keyof typeof REPORT_SWITCHES>): Promise<number> {
  const { report, noCredentials } = await plan(process.env);
  printReport(report, given, renderPlan);
  if (noCredentials !== undefined) {
    console.error(
      `This shell has no AWS credentials that work: ${noCredentials}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
    );
  }
  tellOwner(
    process.env,
    report.records.some(({ reason }) => reason === 'owned-by-another'),
  );
  return EXIT_CODES[resultOf(report)];
}

await runCommand({ switches: REPORT_SWITCHES, help: HELP, run: main });
