import { DUMMY_CREDENTIALS } from '../../emulators/stack.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import type { Paint } from '../paint.ts';
import { DEMO_OWNER, DEMO_RECORDS, RECORD_NAME, SERVICE, type Stage } from './stage.ts';
import { CHECK_ID, STRANGER_ID } from './steps.ts';

/** Where everything is, and lines to try, for somebody who keeps the stack running. */
export function renderPlaces(
  { consul, names: { route53, zone, dns } }: Stage,
  paint: Paint,
): readonly string[] {
  const agents = consul.agents.map(({ url }) => url);
  const check = `${agents[1]}/v1/agent/check/update/${CHECK_ID}`;
  const row = (what: string, text: string) => `  ${what.padEnd(15)}${text}`;
  const service = `${agents[1]}/v1/agent/service`;
  const environment = [
    `CONSUL_HTTP_ADDR=${agents.join()}`,
    `HOSTED_ZONE_ID=${zone.id}`,
    `RECORDS='${DEMO_RECORDS}'`,
    // force and prune want a stage; over that of the repository these win.
    `OWNER_ID=${DEMO_OWNER}`,
    `AWS_ENDPOINT_URL_ROUTE_53=${route53.url}`,
    `AWS_ACCESS_KEY_ID=${DUMMY_CREDENTIALS.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${DUMMY_CREDENTIALS.secretAccessKey}`,
  ];
  return [
    `${paint.bold('The stack keeps running until Ctrl-C.')} Each change of the record is told here.`,
    '',
    row('Consul HTTP', agents.join(' ')),
    row('Route 53 API', `${route53.url} (hosted zone ${zone.id})`),
    row('DNS', `${dns.address}:${dns.port}`),
    '',
    row('resolve', `dig @${dns.address} -p ${dns.port} ${RECORD_NAME}`),
    row(
      'without dig',
      `node -e 'const r = new (require("dns").Resolver)(); r.setServers(["${dns.address}:${dns.port}"]); r.resolve4("${RECORD_NAME}", console.log)'`,
    ),
    row('fail node-2', `curl -X PUT -d '{"Status": "critical"}' ${check}`),
    row('bring it back', `curl -X PUT -d '{"Status": "passing"}' ${check}`),
    row(
      'add three',
      `for n in 3 4 5; do curl -X PUT -d "{\\"Name\\": \\"${SERVICE}\\", \\"ID\\": \\"more-$n\\", \\"Address\\": \\"10.0.$n.11\\"}" ${service}/register; done`,
    ),
    row('lose them', `for n in 3 4 5; do curl -X PUT ${service}/deregister/more-$n; done   # held: vanished`),
    '',
    'What an operator does, in another shell:',
    '',
    row('first', `export ${environment.join(' ')}`),
    row('dry run', 'npm run plan'),
    row('all its legs', 'npm run doctor'),
    row('how it stands', 'npm run status'),
    row('vanished', `npm run force -- --stage dev --record ${RECORD_NAME}`),
    row('give it back', `npm run prune -- --stage dev --name ${RECORD_NAME}   # the function takes it again`),
    '',
  ];
}

/** Takes out of Consul what the last step has put there, so that the doctor finds nothing to complain of. */
export async function tidy({ agents: [first] }: Stage): Promise<void> {
  await first.deregister(STRANGER_ID);
}

/** Tells what the function says of the record: each change, and whatever else is new about it. */
export function tellChanges(stage: Stage, tell: (line: string) => void): void {
  const stateOf = (report?: RecordReport) => JSON.stringify([report?.published, report?.reason]);
  let told = stateOf(stage.lastReport());
  stage.onReport((report) => {
    const state = stateOf(report);
    if (report.outcome !== 'changed' && state === told) return;
    told = state;
    tell(`${new Date().toLocaleTimeString('en-GB')}  ${report.outcome}: ${report.message}`);
  });
}
