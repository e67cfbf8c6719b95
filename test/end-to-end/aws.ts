import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { AwsEvent, AwsSettings } from './hosts/aws.ts';
import type { Host } from './network.ts';
import type { BuiltParts } from './parts.ts';
import { jsonLines } from './program.ts';

/** Route 53 and the VPC's resolver, on a host of their own. */
export interface Aws {
  /** Each change of the watched name's record sets that Route 53 accepted. */
  readonly changes: readonly Extract<AwsEvent, { event: 'change' }>[];
  /** The function's setting AWS_ENDPOINT_URL_ROUTE_53. */
  readonly endpoint: string;
  readonly zoneId: string;
  /** Another account's zone, of which this VPC knows nothing until it is associated. */
  readonly elsewhere: { readonly id: string; readonly name: string };
  /** Points a name at another address, through the API, as RDS does in a failover. */
  point(name: string, address: string): Promise<void>;
  /** Puts an address at a name, beside what others have there: a multivalue set under this identifier. */
  putBeside(name: string, address: string, identifier: string): Promise<void>;
  /** Has the VPC's resolver answer from the other account's zone, too. */
  associate(): Promise<void>;
}

/** Where everything is. */
const VPC = { region: 'us-east-1', id: 'vpc-0123456789abcdef0' };

/** @param settings as hosts/aws.ts takes them. */
export async function startAws(
  parts: BuiltParts,
  host: Host,
  settings: Omit<AwsSettings, 'address' | 'vpc'>,
): Promise<Aws> {
  const changes: Extract<AwsEvent, { event: 'change' }>[] = [];
  let ready = false;
  const program = await host.start(process.execPath, [parts.own.aws], {
    E2E_SETTINGS: JSON.stringify({ ...settings, vpc: VPC, address: host.address } satisfies AwsSettings),
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
  const post = async (path: string, body: string) => {
    // The stand-in looks at the form of a signature only.
    const signed = `Credential=AKIDEXAMPLE/20260801/us-east-1/route53/aws4_request, SignedHeaders=host`;
    const header = `authorization: AWS4-HMAC-SHA256 ${signed}, Signature=${'0'.repeat(64)}`;
    await host.run(parts.bin.curl, [
      '-sf',
      '-H',
      header,
      '-d',
      body,
      `${endpoint}/2013-04-01/hostedzone/${path}`,
    ]);
  };
  const upsert = (fields: string, address: string) =>
    post(`${settings.zone.id}/rrset/`, upsertOf(fields, address));
  return {
    changes,
    endpoint,
    zoneId: settings.zone.id,
    elsewhere: settings.elsewhere,
    point: (name, address) => upsert(`<Name>${name}</Name><Type>A</Type>`, address),
    putBeside: (name, address, identifier) =>
      upsert(
        `<Name>${name}</Name><Type>A</Type><SetIdentifier>${identifier}</SetIdentifier><MultiValueAnswer>true</MultiValueAnswer>`,
        address,
      ),
    associate: () =>
      post(
        `${settings.elsewhere.id}/associatevpc`,
        request(
          'AssociateVPCWithHostedZoneRequest',
          `<VPC><VPCRegion>${VPC.region}</VPCRegion><VPCId>${VPC.id}</VPCId></VPC>`,
        ),
      ),
  };
}

/** @param fields what of the set stands before its TTL. */
function upsertOf(fields: string, address: string): string {
  const records = `<ResourceRecords><ResourceRecord><Value>${address}</Value></ResourceRecord></ResourceRecords>`;
  const set = `<ResourceRecordSet>${fields}<TTL>5</TTL>${records}</ResourceRecordSet>`;
  const batch = `<ChangeBatch><Changes><Change><Action>UPSERT</Action>${set}</Change></Changes></ChangeBatch>`;
  return request('ChangeResourceRecordSetsRequest', batch);
}

const request = (root: string, content: string) =>
  `<${root} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${content}</${root}>`;
