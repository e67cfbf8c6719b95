import {
  type Change,
  ChangeResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { onTestFinished } from 'vitest';
import {
  type HostedZone,
  type Route53Options,
  type Route53Server,
  startRoute53,
} from '../../../emulators/route53/server.ts';

export interface Started {
  readonly server: Route53Server;
  /** A private zone `corp.internal`. */
  readonly zone: HostedZone;
  /** An SDK client that tries once. */
  readonly client: Route53Client;
  readonly change: (...changes: Change[]) => Promise<string>;
}

/** Starts a server for the running test, which ends it. */
export async function start(options: Route53Options = {}): Promise<Started> {
  const server = await startRoute53(options);
  const client = clientOf(server);
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  const zone = server.zones.create({ name: 'corp.internal', private: true });
  const change = async (...changes: Change[]) => {
    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zone.id, ChangeBatch: { Changes: changes } }),
    );
    return ChangeInfo?.Id?.replace('/change/', '') ?? '';
  };
  return { server, zone, client, change };
}

/** An SDK client for a server, signing for a Region; it tries as often as it is told. */
export function clientOf(server: Route53Server, region = 'us-east-1', maxAttempts = 1): Route53Client {
  return new Route53Client({
    region,
    endpoint: server.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts,
  });
}

/** A CREATE of a multivalue answer record set of `rdsproxy.corp.internal`. */
export function createOf(address: string, name = 'rdsproxy.corp.internal'): Change {
  const set: ResourceRecordSet = {
    Name: name,
    Type: 'A',
    TTL: 5,
    SetIdentifier: address,
    MultiValueAnswer: true,
    ResourceRecords: [{ Value: address }],
  };
  return { Action: 'CREATE', ResourceRecordSet: set };
}

/** A request past the SDK, to see the answer as it is on the wire. Signed well enough unless told otherwise. */
export function send(
  server: Route53Server,
  path: string,
  options: { method?: string; body?: string; authorization?: string | null } = {},
): Promise<Response> {
  const { method = 'GET', body, authorization = signatureFor('us-east-1') } = options;
  return fetch(`${server.url}${path}`, {
    method,
    ...(body !== undefined && { body }),
    headers: authorization === null ? {} : { authorization },
  });
}

export function signatureFor(region: string, service = 'route53'): string {
  const scope = `AKIDEXAMPLE/20260801/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
}
