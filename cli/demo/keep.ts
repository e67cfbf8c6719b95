import { DUMMY_CREDENTIALS } from '../../emulators/stack.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import type { Paint } from '../paint.ts';
import { DEMO_RECORDS, RECORD_NAME, type Stage } from './stage.ts';
import { CHECK_ID, STRANGER_ID } from './steps.ts';

/** Where everything is, and lines to try, for somebody who keeps the stack running. */
export function renderPlaces(
  { consul, names: { route53, zone, dns } }: Stage,
  paint: Paint,
): readonly string[] {
  const agents = consul.agents.map(({ url }) => url);
  const check = `${agents[1]}/v1/agent/check/update/${CHECK_ID}`;
  const row = (what: string, text: string) => `  ${what.padEnd(15)}${text}`;
  const environment = [
    `CONSUL_HTTP_ADDR=${agents.join()}`,
    `HOSTED_ZONE_ID=${zone.id}`,
    `RECORDS='${DEMO_RECORDS}'`,
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
    row('fail node-2', `curl -X PUT -d '{"Status": "critical"}' ${check}`),
    row('bring it back', `curl -X PUT -d '{"Status": "passing"}' ${check}`),
    row('dry run', `${environment.join(' ')} npm run plan`),
    row('all its legs', `${environment.join(' ')} npm run doctor`),
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
