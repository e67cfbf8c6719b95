import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostedZone, type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { isAddressRecordSet } from '../../src/domain/record-set.ts';
import { type Route53Timing, route53Client } from '../../src/route53/client.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import { multivalueSet } from '../support/records.ts';

let route53: Route53Server;
beforeAll(async () => {
  route53 = await startRoute53();
});
afterAll(() => route53.close());

const signal = new AbortController().signal;
const names = (...texts: readonly string[]) => texts as readonly RecordName[];

function newZone(
  fill: (zone: HostedZone) => void = () => {},
  timing: Route53Timing = { retry: { base: 10, most: 40 } },
) {
  const zone = route53.zones.create({ name: 'corp.internal', private: true });
  fill(zone);
  const client = route53Client(
    { endpoint: route53.url, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } },
    timing,
  );
  const store = route53RecordStore(client, zone.id);
  const calls = () => route53.requests.filter(({ zoneId }) => zoneId === zone.id).length;
  return { zone, store, calls };
}

const put = (zone: HostedZone, name: string, address = '10.0.0.1') =>
  zone.put({
    name,
    type: 'A',
    ttl: 5,
    setIdentifier: `consul/rdsproxy/${address}`,
    multiValueAnswer: true,
    values: [address],
  });

describe('reading', () => {
  it('finds exactly the names asked for, and an empty list where there is nothing', async () => {
    const { store } = newZone((zone) => {
      put(zone, 'b.corp.internal');
      put(zone, 'bb.corp.internal');
      put(zone, 'x.b.corp.internal');
    });
    const found = await store.read(names('b.corp.internal', 'a.corp.internal'), signal);
    expect([...found]).toEqual([
      ['b.corp.internal', [multivalueSet('10.0.0.1', { name: 'b.corp.internal' })]],
      ['a.corp.internal', []],
    ]);
  });

  it('follows the pages of a name with more record sets than one page holds', async () => {
    const { store, calls } = newZone((zone) => {
      for (let i = 0; i < 700; i++) put(zone, 'a.corp.internal', `10.0.${i >> 8}.${i & 255}`);
      put(zone, 'b.corp.internal');
    });
    const found = await store.read(names('a.corp.internal', 'b.corp.internal'), signal);
    expect(found.get('a.corp.internal' as RecordName)).toHaveLength(700);
    expect(found.get('b.corp.internal' as RecordName)).toHaveLength(1);
    expect(calls()).toBe(3);
  });

  it('asks as often as there are names in a large zone, and as often as there are pages in a small one', async () => {
    const large = newZone((zone) => {
      for (let i = 0; i < 2_000; i++) put(zone, `n${String(i).padStart(4, '0')}.corp.internal`);
    });
    await large.store.read(
      names('n0000.corp.internal', 'n1000.corp.internal', 'n1999.corp.internal'),
      signal,
    );
    expect(large.calls()).toBe(3);
    const small = newZone((zone) => {
      for (let i = 0; i < 400; i++) put(zone, `n${String(i).padStart(4, '0')}.corp.internal`);
    });
    const all = names(
      ...Array.from({ length: 400 }, (_, i) => `n${String(i).padStart(4, '0')}.corp.internal`),
    );
    const found = await small.store.read(all, signal);
    expect([...found.values()].every(({ length }) => length === 1)).toBe(true);
    expect(small.calls()).toBe(2);
  });

  it('reads no page of a wildcard twice that begins on the page of another name', async () => {
    const { store, calls } = newZone((zone) => {
      put(zone, 'a.corp.internal');
      for (let i = 0; i < 400; i++) put(zone, '*.m.corp.internal', `10.0.${i >> 8}.${i & 255}`);
      put(zone, 'z.corp.internal');
    });
    const found = await store.read(names('a.corp.internal', 'z.corp.internal', '*.m.corp.internal'), signal);
    expect([...found.values()].map((sets) => sets.length)).toEqual([1, 1, 400]);
    expect(calls()).toBe(2);
  });

  it('reads nothing when no name is asked for', async () => {
    const { store, calls } = newZone();
    expect((await store.read([], signal)).size).toBe(0);
    expect(calls()).toBe(0);
  });

  it('finds the same as a look at the whole zone, for any names', async () => {
    const label = fc.constantFrom('a', 'b', 'a-b', 'a_b', '*', 'c', 'ab', '1');
    const name = fc
      .oneof(
        label.map((one) => `${one}.corp.internal`),
        fc.tuple(label, label).map(([x, y]) => `${x}.${y === '*' ? 'z' : y}.corp.internal`),
      )
      .filter((text) => !text.includes('corp.internal.'));
    const counts = fc.dictionary(name, fc.constantFrom(1, 2, 150, 301), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(
        counts,
        fc.uniqueArray(name, { maxLength: 6 }),
        fc.boolean(),
        async (published, wanted, odd) => {
          const { zone, store } = newZone((filled) => {
            for (const [at, count] of Object.entries(published)) {
              for (let i = 0; i < count; i++) put(filled, at, `10.0.${i >> 8}.${i & 255}`);
            }
            // A name with an escape other than the wildcard's, in the middle of the others.
            if (odd)
              for (let i = 0; i < 300; i++) put(filled, 'a\\100b.corp.internal', `10.1.${i >> 8}.${i & 255}`);
          });
          const found = await store.read(names(...wanted), signal);
          for (const at of wanted) {
            const values = (found.get(at as RecordName) ?? [])
              .filter(isAddressRecordSet)
              .flatMap(({ values }) => values);
            expect(values.sort()).toEqual(
              zone
                .find(at, 'A')
                .flatMap(({ values }) => values)
                .sort(),
            );
          }
        },
      ),
      {
        numRuns: 25,
        // A wildcard's first part is on the page of a name before it, which does not say all about a second one.
        examples: [
          [{ '*.z.corp.internal': 301 }, ['a.a', 'a', '*.z'].map((at) => `${at}.corp.internal`), false],
        ],
      },
    );
  });

  it('reads the zone once', async () => {
    const { zone, store, calls } = newZone();
    expect(await store.zone(signal)).toEqual({ id: zone.id, name: 'corp.internal', private: true });
    await store.zone(signal);
    expect(calls()).toBe(1);
  });

  it('fails by name when the zone is gone', async () => {
    const client = route53Client({
      endpoint: route53.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    await expect(
      route53RecordStore(client, 'Z0MISSING').read(names('a.corp.internal'), signal),
    ).rejects.toMatchObject({
      name: 'RecordStoreError',
      reason: 'zone-not-found',
    });
  });
});

describe('retrying', () => {
  it.each(['throttling', 'prior-request', 'internal-error', 'service-unavailable', 'reset'] as const)(
    'gets over five answers of the kind %s',
    async (kind) => {
      const { zone, store, calls } = newZone();
      const when = ({ zoneId }: { zoneId?: string | undefined }) => zoneId === zone.id;
      route53.faults.add({ kind, times: 5, when });
      await store.apply([{ action: 'UPSERT', set: multivalueSet('10.0.0.1') as never, message: '' }], signal);
      expect(zone.find('rdsproxy.corp.internal', 'A')).toHaveLength(1);
      expect(calls()).toBe(6);
    },
  );

  it('ends as soon as the signal aborts, also between two attempts', async () => {
    const { zone, store } = newZone(undefined, {});
    route53.faults.add({ kind: 'throttling', when: ({ zoneId }) => zoneId === zone.id });
    await expect(store.read(names('a.corp.internal'), AbortSignal.timeout(250))).rejects.toMatchObject({
      name: 'DeadlineError',
      message: expect.stringMatching(/^listing the records of the hosted zone \w+ was not finished/),
    });
  });

  it('asks nothing once the time is up, and leaves no promise behind that nobody looks after', async () => {
    const { store, calls } = newZone();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      await expect(store.read(names('a.corp.internal'), AbortSignal.abort())).rejects.toMatchObject({
        name: 'DeadlineError',
      });
      // Rejections that nobody handles are told after the microtasks of the turn in which they happened.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
    expect(calls()).toBe(0);
  });
});

it('tells at which try access was denied', async () => {
  const { zone, store } = newZone();
  const when = ({ zoneId }: { zoneId?: string | undefined }) => zoneId === zone.id;
  const add = () =>
    store.apply([{ action: 'UPSERT', set: multivalueSet('10.0.0.1') as never, message: '' }], signal);
  route53.faults.add({ kind: 'access-denied', times: 1, when });
  await expect(add()).rejects.toMatchObject({ reason: 'access-denied', attempts: 1 });
  route53.faults.add({ kind: 'throttling', times: 1, when });
  route53.faults.add({ kind: 'access-denied', when });
  await expect(add()).rejects.toMatchObject({ reason: 'access-denied', attempts: 2 });
});

describe('a signal that has aborted already', () => {
  it('makes no request, and leaves no rejection that nobody handles', async () => {
    const { store, calls } = newZone();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      await expect(store.apply([], AbortSignal.abort())).rejects.toMatchObject({ name: 'DeadlineError' });
      // The SDK's own promise would reject a few turns of the event loop later.
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
    expect(calls()).toBe(0);
  });
});

describe('an outage', () => {
  it('does not use up the attempts of the calls after it', async () => {
    const { zone, store, calls } = newZone();
    const when = ({ zoneId }: { zoneId?: string | undefined }) => zoneId === zone.id;
    const lift = route53.faults.add({ kind: 'internal-error', when });
    for (let call = 0; call < 8; call++)
      await expect(store.read(names('a.corp.internal'), signal)).rejects.toMatchObject({
        reason: 'route53-unavailable',
      });
    lift();
    const before = calls();
    route53.faults.add({ kind: 'throttling', times: 3, when });
    await store.read(names('a.corp.internal'), signal);
    expect(calls() - before).toBe(4);
  });
});
