import type { Agent } from 'node:http';
import tls from 'node:tls';
import { cannedAgent } from './canned-agent.ts';

const ZONE = 'Z0WARMUP';
const DOMAIN = 'warm-up.invalid';
const SERVICE = 'warm-up';

const INSTANCES = JSON.stringify(
  ['10.0.0.1', '10.0.0.2'].map((Address) => ({
    Node: { Node: Address, Address },
    Service: { ID: Address, Service: SERVICE, Address },
    Checks: [{ CheckID: 'check', Status: 'passing' }],
  })),
);
const SETS = ['10.0.0.1', '10.0.0.3']
  .map(
    (address) =>
      `<ResourceRecordSet><Name>${SERVICE}.${DOMAIN}.</Name><Type>A</Type><SetIdentifier>consul/${SERVICE}/${address}</SetIdentifier><MultiValueAnswer>true</MultiValueAnswer><TTL>5</TTL><ResourceRecords><ResourceRecord><Value>${address}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`,
  )
  .join('');
const ANSWERS = {
  change:
    '<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C0</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>',
  sets: `<ListResourceRecordSetsResponse><ResourceRecordSets>${SETS}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>`,
  zone: `<GetHostedZoneResponse><HostedZone><Id>/hostedzone/${ZONE}</Id><Name>${DOMAIN}.</Name><CallerReference>${SERVICE}</CallerReference><Config><PrivateZone>true</PrivateZone></Config></HostedZone></GetHostedZoneResponse>`,
};

function answer(method: string, path: string): string {
  if (path.startsWith('/v1/')) return INSTANCES;
  if (method === 'POST') return ANSWERS.change;
  return path.includes('/rrset') ? ANSWERS.sets : ANSWERS.zone;
}

/** Composes the function, so that it meets nothing outside. */
type Create = (parts: {
  readonly env: Readonly<Record<string, string>>;
  readonly log: (level: string, message: string, fields: object) => void;
  readonly route53: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly agents: { readonly consul: Agent; readonly route53: Agent };
}) => (event: object, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

/**
 * Runs the function once, from event to report, against answers of its own, so that what its first run needs is read,
 * compiled and set up while Lambda still gives it a whole CPU: it does so only until the function is initialised. Nothing
 * leaves the process, nothing is logged, and what goes wrong has no effect.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export async function warmUp(create: Create): Promise<void> {
  try {
    // Reads the certificates of the CAs that Node comes with.
    tls.createSecureContext();
    const handler = create({
      env: {
        CONSUL_HTTP_ADDR: `http://${DOMAIN}:8500`,
        HOSTED_ZONE_ID: ZONE,
        RECORDS: JSON.stringify([{ service: SERVICE, name: `${SERVICE}.${DOMAIN}` }]),
        WATCH_SECONDS: '0',
      },
      log: (_level, _message, fields) => void JSON.stringify(fields),
      route53: {
        endpoint: `http://${DOMAIN}`,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SERVICE },
      },
      agents: { consul: cannedAgent(answer), route53: cannedAgent(answer) },
    });
    await handler({}, { getRemainingTimeInMillis: () => 5_000 });
  } catch {
    // Then the first run takes as long as it would have anyway.
  }
}
