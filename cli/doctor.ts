import './quiet-sdk.ts';
import { createHandler } from '../handlers/update.ts';
import { REMEDIES } from '../src/plan/reasons.ts';
import { describeSwitches } from './arguments.ts';
import { runCommand } from './command.ts';
import { withDefaultRecords } from './default-records.ts';
import { renderDoctor } from './render-doctor.ts';
import { contextOf, printReport, REPORT_SETTINGS, REPORT_SWITCHES, tellOwner } from './report.ts';

const HELP = `npm run doctor -- [switches]

Examines every leg of the way from Consul to Route 53, from a shell that reaches Consul and has AWS credentials.
Nothing is written. What the deployed function sees from its own subnets and with its own role, it says itself:
sls invoke -f update -d '{"action": "doctor"}'

${REPORT_SETTINGS}

${describeSwitches(REPORT_SWITCHES)}

Exit code: 0 if all is well; 1 if a leg failed, or is a warning.`;

/** Milliseconds: the doctor itself ends within ten seconds. */
const TIME = 15_000;

async function main(given: ReadonlySet<keyof typeof REPORT_SWITCHES>): Promise<number> {
  const handler = createHandler({ env: withDefaultRecords(process.env), log: () => undefined });
  const report = await handler({ action: 'doctor' }, contextOf(TIME));
  printReport(report, given, renderDoctor);
  tellOwner(
    process.env,
    report.legs.some(({ remedy }) => remedy === REMEDIES['owned-by-another']),
  );
  return report.outcome === 'ok' ? 0 : 1;
}

await runCommand({ switches: REPORT_SWITCHES, help: HELP, run: main });
