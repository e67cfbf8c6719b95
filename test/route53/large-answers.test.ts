import { expect, it, onTestFinished } from 'vitest';
import { startRoute53 } from '../../emulators/route53/server.ts';
import { awsSecretStore } from '../../src/aws/secret-store.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { route53Client } from '../../src/route53/client.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import { startHttpServer } from '../support/http-server.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const { signal } = new AbortController();
const NAME = 'rdsproxy.corp.internal' as RecordName;
// Megabytes take a busy machine a while.
const TIMING = { timeout: 30_000, retry: { base: 1, most: 2 } };

function* endless() {
  for (;;) yield '<a/>'.repeat(10_000);
}

it.each([200, 400])('an answer of Route 53 with status %i that never ends is cut off', async (status) => {
  const { url: endpoint } = await startHttpServer(() => ({ status, pieces: endless() }));
  const store = route53RecordStore(route53Client({ endpoint, credentials }, TIMING), 'Z1');
  for (const read of [() => store.zone(signal), () => store.read([NAME], signal)])
    await expect(read()).rejects.toMatchObject({
      reason: 'route53-unavailable',
      message: expect.stringMatching(
        /the hosted zone Z1 failed: the answer was cut off, as it has more than 500 KB$/,
      ),
    });
});

it('pages are smaller from then on where somebody has put large sets into the zone', async () => {
  const route53 = await startRoute53();
  onTestFinished(() => route53.close());
  const zone = route53.zones.create({ name: 'corp.internal', private: true });
  const values = Array.from({ length: 200 }, (_, i) => `10.9.${i}.1`);
  // The page begins with ours, and these follow.
  zone.put({ name: NAME, type: 'A', ttl: 5, values: ['10.0.0.1'] });
  for (let i = 0; i < 150; i++) zone.put({ name: `z${i}.corp.internal`, type: 'A', ttl: 5, values });
  const client = route53Client({ endpoint: route53.url, credentials }, TIMING);
  const store = route53RecordStore(client, zone.id);
  for (let reads = 0; reads < 2; reads++)
    expect((await store.read([NAME], signal)).get(NAME)).toMatchObject([{ values: ['10.0.0.1'] }]);
  // The large page, a small one in its place, and the second read.
  expect(route53.requests).toHaveLength(3);
});

it('a list that goes on with where it began has no end, and is not followed', async () => {
  const body = `<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated><NextRecordName>${NAME}.</NextRecordName><NextRecordType>A</NextRecordType></ListResourceRecordSetsResponse>`;
  const { url: endpoint, requests } = await startHttpServer(() => ({ body }));
  const store = route53RecordStore(route53Client({ endpoint, credentials }, TIMING), 'Z1');
  await expect(store.read([NAME], signal)).rejects.toMatchObject({ reason: 'route53-unavailable' });
  expect(requests).toHaveLength(2);
});

it.each(['ssm', 'secrets-manager'] as const)('an answer of %s that never ends is cut off', async (store) => {
  const { url: endpoint } = await startHttpServer(() => ({ pieces: endless() }));
  const secrets = awsSecretStore({ endpoint, credentials, region: 'eu-west-1' });
  await expect(secrets.read({ store, name: 'a', variable: 'B' }, signal)).rejects.toMatchObject({
    hold: { reason: 'secret-unavailable', cause: 'secret-unreachable' },
    message: expect.stringContaining('the answer was cut off, as it has more than 500 KB'),
  });
});
