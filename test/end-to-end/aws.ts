import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { AwsEvent, AwsSettings } from './hosts/aws.ts';
import type { Host } from './network.ts';
import type { Parts } from './parts.ts';
import { jsonLines } from './program.ts';

/** Route 53 and the VPC's resolver, on a host of their own. */
export interface Aws {
  /** Each change of the watched name's record sets that Route 53 accepted. */
  readonly changes: readonly Extract<AwsEvent, { event: 'change' }>[];
  /** The function's setting AWS_ENDPOINT_URL_ROUTE_53. */
  readonly endpoint: string;
  readonly zoneId: string;
  /** Points a name at another address, through the API, as RDS does in a failover. */
  point(name: string, address: string): Promise<void>;
}

/** @param settings as hosts/aws.ts takes them. */
export async function startAws(
  parts: Parts,
  host: Host,
  settings: Omit<AwsSettings, 'address'>,
): Promise<Aws> {
  const changes: Extract<AwsEvent, { event: 'change' }>[] = [];
  let ready = false;
  const script = fileURLToPath(new URL('./hosts/aws.ts', import.meta.url));
  const program = await host.start(process.execPath, ['--import', 'tsx', script], {
    E2E_SETTINGS: JSON.stringify({ ...settings, address: host.address } satisfies AwsSettings),
  });
  program.onLine(
    jsonLines((line) => {
      const event = line as unknown as AwsEvent;
      if (event.event === 'ready') ready = true;
      else if (event.event === 'change') changes.push(event);
    }),
  );
  await until(() => ready || !program.running(), {
    within: DEADLINE,
    what: 'the Route 53 stand-in is ready',
  });
  if (!ready) throw new Error(`the Route 53 stand-in did not start\n${program.log()}`);
  const endpoint = `http://${host.address}`;
  return {
    changes,
    endpoint,
    zoneId: settings.zone.id,
    async point(name, address) {
      const url = `${endpoint}/2013-04-01/hostedzone/${settings.zone.id}/rrset/`;
      // The stand-in looks at the form of a signature only.
      const signed = `Credential=AKIDEXAMPLE/20260801/us-east-1/route53/aws4_request, SignedHeaders=host`;
      const header = `authorization: AWS4-HMAC-SHA256 ${signed}, Signature=${'0'.repeat(64)}`;
      await host.run(parts.bin.curl, ['-sf', '-H', header, '-d', upsert(name, address), url]);
    },
  };
}

function upsert(name: string, address: string): string {
  const records = `<ResourceRecords><ResourceRecord><Value>${address}</Value></ResourceRecord></ResourceRecords>`;
  const set = `<ResourceRecordSet><Name>${name}</Name><Type>A</Type><TTL>5</TTL>${records}</ResourceRecordSet>`;
  const batch = `<ChangeBatch><Changes><Change><Action>UPSERT</Action>${set}</Change></Changes></ChangeBatch>`;
  const xmlns = 'https://route53.amazonaws.com/doc/2013-04-01/';
  return `<ChangeResourceRecordSetsRequest xmlns="${xmlns}">${batch}</ChangeResourceRecordSetsRequest>`;
}
