import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccessKeys } from '../../../emulators/aws/access-keys.ts';
import { type HostedZone, type Route53Server, startRoute53 } from '../../../emulators/route53/server.ts';
import type { Credentials } from '../../support/aws-signature.ts';
import { USER } from '../sts/support.ts';

let route53: Route53Server;
let zone: HostedZone;
const keys = new AccessKeys([USER]);
beforeEach(async () => {
  route53 = await startRoute53({ keys });
  zone = route53.zones.create({ name: 'corp.internal', private: true });
});
afterEach(() => route53.close());

/** Lists the zone as AWS's own client does. @returns the error's name, if there was one. */
async function list(
  credentials: Credentials,
  StartRecordName = '*.corp.internal',
): Promise<string | undefined> {
  const client = new Route53Client({ endpoint: route53.url, region: 'us-east-1', credentials });
  try {
    await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone.id, StartRecordName }));
    return undefined;
  } catch (error) {
    return (error as Error).name;
  } finally {
    client.destroy();
  }
}

it('takes the signatures of the keys that it was told, and keeps whose they were', async () => {
  expect(await list(USER)).toBeUndefined();
  expect(route53.requests).toMatchObject([{ caller: USER.principal.arn, status: 200 }]);
});

it('refuses other secrets, other keys, and temporary credentials that have ended', async () => {
  expect(await list({ ...USER, secretAccessKey: 'other' })).toBe('SignatureDoesNotMatch');
  expect(await list({ ...USER, accessKeyId: 'AKIAUNKNOWN' })).toBe('InvalidClientTokenId');
  const session = keys.issue(USER.principal, Date.now() + 60_000);
  expect(await list(session)).toBeUndefined();
  expect(await list({ ...session, sessionToken: 'other' })).toBe('InvalidClientTokenId');
  expect(await list(keys.issue(USER.principal, Date.now()))).toBe('ExpiredToken');
  expect(route53.requests.map(({ status }) => status)).toEqual([403, 403, 200, 403, 403]);
});
