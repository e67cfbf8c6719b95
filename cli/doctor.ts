import './quiet-sdk.ts';
import { createHandler } from '../handlers/update.ts';
import { describeSwitches } from './arguments.ts';
import { runCommand } from './command.ts';
import { withDefaultRecords } from './default-records.ts';
import { paintFor } from './paint.ts';
import { renderDoctor } from './render-doctor.ts';

const SWITCHES = {
  json: "print the function's report as JSON; with npm run --silent, nothing else",
  help: 'print this text',
} as const;

const HELP = `npm run doctor -- [switches]

Examines every leg of the way from Consul to Route 53, from a shell that reaches Consul and has AWS credentials.
Nothing is written. What the deployed function sees from its own subnets and with its own role, it says itself:
sls invoke -f update -d '{"action": "doctor"}'

Settings are the function's own, from the environment: CONSUL_HTTP_ADDR and HOSTED_ZONE_ID are required,
CONSUL_HTTP_TOKEN and the rest as in the README. RECORDS_FILE defaults to records.json of this repository.
AWS credentials are found as the AWS CLI finds them (AWS_PROFILE, AWS_ACCESS_KEY_ID and so on).

${describeSwitches(SWITCHES)}

Exit code: 0 if all is well; 1 if a leg failed, or is a warning.`;

/** Milliseconds: the doctor itself ends within ten seconds. */
const TIME = 15_000;

async function main(given: ReadonlySet<keyof typeof SWITCHES>): Promise<number> {
  const end = performance.now() + TIME;
  const handler = createHandler({ env: withDefaultRecords(process.env), log: () => undefined });
  const report = await handler(
    { action: 'doctor' },
    { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) },
  );
  if (given.has('json')) {
    console.log(JSON.stringify(report, null, 2));
  } else {
    for (const line of renderDoctor(report, paintFor(process.stdout))) console.log(line);
  }
  return report.outcome === 'ok' ? 0 : 1;
}

await runCommand({ switches: SWITCHES, help: HELP, run: main });
