import './quiet-sdk.ts';
import { createHandler } from '../handlers/update.ts';
import { advised } from './advice.ts';
import { describeOptions, type Given } from './arguments.ts';
import { runCommand } from './command.ts';
import { requireCredentials } from './credentials.ts';
import { findOrphans, withOrphans } from './names/orphans.ts';
import { type PlanResult, renderPlan, resultOf } from './render-plan.ts';
import { contextOf, printReport, REPORT_OPTIONS, REPORT_SETTINGS, tellNotes } from './report.ts';
import { askedFor, compositionOf } from './stage.ts';
import { bothOf, patiently } from './waiting.ts';

const HELP = `npm run plan -- [options]

Shows what the function would change in Route 53 now, from a shell that reaches Consul and has AWS credentials.
Nothing is written. Names that the stage's deployment keeps, and that no stage has, are told of as orphans.

${REPORT_SETTINGS}

${describeOptions(REPORT_OPTIONS)}

Exit code: 0 if there is nothing to do, also because a guard keeps what is published (it is shown);
           2 if something would be written, be it only a note such as since when instances have vanished;
           1 if a setting is wrong, a record failed or was refused, Consul could not be read or believed or does not know
           the service, or a record is held at a name that has no address yet.`;

const EXIT_CODES: Readonly<Record<PlanResult, number>> = { 'nothing-to-do': 0, pending: 2, error: 1 };

/** Milliseconds for the whole plan, all retries against a throttled Route 53 included. */
const TIME = 60_000;

async function main(given: Given<typeof REPORT_OPTIONS>): Promise<number> {
  const asked = askedFor(given.get('stage'), process.env);
  tellNotes(asked);
  await requireCredentials(process.env);
  const handler = createHandler({
    ...compositionOf(asked),
    // The plan is printed instead.
    log: () => undefined,
    wholeResult: true,
  });
  const [planned, orphans] = await patiently(
    Promise.all([handler({ action: 'plan' }, contextOf(TIME)), findOrphans(asked, TIME)]),
    bothOf(asked),
  );
  const report = { ...planned, records: planned.records.map((record) => advised(record, asked)) };
  printReport({ ...report, ...orphans }, given, asked, (plan, paint) =>
    withOrphans(renderPlan(plan, paint), orphans, asked, paint),
  );
  return EXIT_CODES[resultOf(report)];
}

await runCommand({ options: REPORT_OPTIONS, help: HELP, run: main });
