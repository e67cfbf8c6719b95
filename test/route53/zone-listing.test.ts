import { expect, it, onTestFinished } from 'vitest';
import { startRoute53 } from '../../emulators/route53/server.ts';
import { route53Client } from '../../src/route53/client.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';

it('lists every set of a zone, page by page, those of one name together', async () => {
  const server = await startRoute53();
  onTestFinished(() => server.close());
  const zone = server.zones.create({ name: 'corp.internal', private: true });
  const set = { type: 'A', ttl: 5, multiValueAnswer: true } as const;
  for (let i = 0; i < 70; i++)
    for (let j = 0; j < 9; j++)
      zone.put({
        ...set,
        ...{ name: `n${i}.corp.internal`, setIdentifier: `consul/a/${j}`, values: [`10.0.${i}.${j}`] },
      });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };
  const store = route53RecordStore(route53Client({ endpoint: server.url, credentials }), zone.id);
  const all = await store.all(new AbortController().signal);
  const counts = [...all].filter(([name]) => name.startsWith('n')).map(([, sets]) => sets.length);
  expect(counts).toEqual(Array.from({ length: 70 }, () => 9));
  expect(server.requests.length).toBeGreaterThan(2);
});
