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

it('large sets of a stranger cost requests by their bytes and not by our names, and none once they are gone', async () => {
  const route53 = await startRoute53();
  onTestFinished(() => route53.close());
  const zone = route53.zones.create({ name: 'corp.internal', private: true });
  const ours = Array.from({ length: 100 }, (_, i) => `n${String(i).padStart(2, '0')}.corp.internal`);
  for (const name of ours)
    for (let i = 0; i < 6; i++)
      zone.put({
        ...{ name, type: 'A', ttl: 5, values: [`10.0.0.${i}`] },
        ...{ setIdentifier: `consul/rdsproxy/10.0.0.${i}`, multiValueAnswer: true },
      });
  // At ten places between ours, as large as a batch may make them; each character takes five in XML.
  const values = Array.from({ length: 100 }, () => `"${'&'.repeat(250)}"`);
  const strangers = Array.from({ length: 60 }, (_, i) => ({
    ...{ name: `n${i % 10}5x${i}.corp.internal`, type: 'TXT' as const, ttl: 5, values },
  }));
  for (const set of strangers) zone.put(set);
  const store = route53RecordStore(route53Client({ endpoint: route53.url, credentials }, TIMING), zone.id);
  /** @returns how many requests it took to read all of ours. */
  const look = async () => {
    const before = route53.requests.length;
    const found = await store.read(ours as RecordName[], signal);
    expect([...found.values()].every((sets) => sets.length === 6)).toBe(true);
    return route53.requests.length - before;
  };
  const pages = (60 * 100 * 250 * 5) / 500_000;
  for (let looks = 0; looks < 2; looks++) expect(await look()).toBeLessThanOrEqual(8 * pages);
  for (const set of strangers) zone.remove(set);
  await look();
  // 600 sets of ours, and two of the zone itself.
  expect(await look()).toBeLessThanOrEqual(3);
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
