import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalRoute53, startLocalRoute53 } from '../../emulators/stack.ts';
import { resolverProbe } from '../../src/doctor/probes/resolver-probe.ts';

let stack: LocalRoute53;
beforeAll(async () => {
  stack = await startLocalRoute53('corp.internal');
});
afterAll(() => stack.close());

const signal = new AbortController().signal;
const probe = () => resolverProbe([`${stack.dns.address}:${stack.dns.port}`]);
const ask = (zone: string) => probe().primaryNameServer(zone, signal);

it('is the first name in the SOA record of the zone', async () => {
  expect(await ask('corp.internal')).toBe(stack.zone.nameServers[0]);
});

it('is not there for a zone that the resolver does not know', async () => {
  await expect(ask('other.internal')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});

it('has the addresses at a name, and none where there is nothing', async () => {
  stack.zone.put({ name: 'web.corp.internal', type: 'A', ttl: 5, values: ['10.0.0.1', '10.0.0.2'] });
  const addresses = async (name: string, type: 'A' | 'AAAA') =>
    [...(await probe().addresses(name, type, signal))].sort();
  expect(await addresses('web.corp.internal', 'A')).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(await addresses('web.corp.internal', 'AAAA')).toEqual([]);
  expect(await addresses('gone.corp.internal', 'A')).toEqual([]);
});
