import './quiet-sdk.ts';
import { createHandler } from '../handlers/update.ts';
import { advisedDoctor } from './advice.ts';
import { describeOptions, type Given } from './arguments.ts';
import { runCommand } from './command.ts';
import { requireCredentials } from './credentials.ts';
import { findOrphans, withOrphans } from './names/orphans.ts';
import { renderDoctor } from './render-doctor.ts';
import { contextOf, printReport, REPORT_OPTIONS, REPORT_SETTINGS, tellNotes } from './report.ts';
import { askedFor, compositionOf } from './stage.ts';

const HELP = `npm run doctor -- [options]

Examines every leg of the way from Consul to Route 53, from a shell that reaches Consul and has AWS credentials.
Nothing is written. What the deployed function sees from its own subnets and with its own role, it says itself:
npx sls invoke -f update --stage <stage> -d '{"action": "doctor"}'

${REPORT_SETTINGS}

${describeOptions(REPORT_OPTIONS)}

Exit code: 0 if all is well; 1 if a leg failed, or is a warning.`;

/** Milliseconds: the doctor itself ends within ten seconds. */
const TIME = 15_000;

async function main(given: Given<typeof REPORT_OPTIONS>): Promise<number> {
  const asked = askedFor(given.get('stage'), process.env);
  tellNotes(asked);
  const handler = createHandler({ ...compositionOf(asked), log: () => undefined });
  const [examined, orphans, credentials] = await Promise.all([
    handler({ action: 'doctor' }, contextOf(TIME)),
    findOrphans(asked, TIME),
    requireCredentials(process.env).then(
      () => undefined,
      (error: Error) => error.message,
    ),
  ]);
  const report = advisedDoctor(examined, asked, credentials);
  // What keeps Route 53 from being asked is said once.
  const isTold = report.legs.some(({ leg, verdict }) => verdict === 'failed' && /^(aws|route53)-/.test(leg));
  printReport({ ...report, ...orphans }, given, asked, (told, paint) =>
    withOrphans(renderDoctor(told, paint), isTold ? { ...orphans, problems: [] } : orphans, asked, paint),
  );
  return report.outcome === 'ok' ? 0 : 1;
}

await runCommand({ options: REPORT_OPTIONS, help: HELP, run: main });
