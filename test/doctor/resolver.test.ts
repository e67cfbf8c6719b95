import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalRoute53, startLocalRoute53 } from '../../emulators/stack.ts';
import { primaryNameServerBy } from '../../src/doctor/probes/resolver-probe.ts';

let stack: LocalRoute53;
beforeAll(async () => {
  stack = await startLocalRoute53('corp.internal');
});
afterAll(() => stack.close());

const ask = (zone: string) => {
  const { address, port } = stack.dns;
  return primaryNameServerBy([`${address}:${port}`])(zone, new AbortController().signal);
};

it('is the first name in the SOA record of the zone', async () => {
  expect(await ask('corp.internal')).toBe(stack.zone.nameServers[0]);
});

it('is not there for a zone that the resolver does not know', async () => {
  await expect(ask('other.internal')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});
