import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnsZoneOf, type LocalRoute53, startLocalRoute53 } from '../../emulators/stack.ts';

let local: LocalRoute53;
beforeAll(async () => {
  local = await startLocalRoute53('corp.internal');
});
afterAll(() => local.close());

describe('Route 53 with its DNS server', () => {
  it('resolves what is in the zone, from one moment to the next', async () => {
    const set = { name: 'a.corp.internal', type: 'A', ttl: 5, values: ['10.0.0.2', '10.0.0.1'] } as const;
    expect(await local.resolve('a.corp.internal')).toEqual([]);
    local.zone.put(set);
    expect(await local.resolve('a.corp.internal')).toEqual(['10.0.0.1', '10.0.0.2']);
    local.zone.remove(set);
    expect(await local.resolve('a.corp.internal')).toEqual([]);
  });

  it('resolves a multivalue answer from all its record sets', async () => {
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      const set = { name: 'm.corp.internal', type: 'A', ttl: 5, values: [address] } as const;
      local.zone.put({ ...set, setIdentifier: address, multiValueAnswer: true });
    }
    expect(await local.resolve('m.corp.internal')).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('fails for a name that lies in none of its zones', async () => {
    await expect(local.resolve('a.example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
  });

  it('gives an alias no values, but lets its name exist', async () => {
    const aliasTarget = { hostedZoneId: 'Z2', dnsName: 'lb.corp.internal.', evaluateTargetHealth: false };
    local.zone.put({ name: 'alias.corp.internal', type: 'A', values: [], aliasTarget });
    const { name, sets } = dnsZoneOf(local.zone);
    expect(name).toBe('corp.internal.');
    expect([...sets]).toContainEqual({
      ...{ name: 'alias.corp.internal.', type: 'A', ttl: 0, values: [], multivalue: false },
    });
    expect(await local.resolve('alias.corp.internal')).toEqual([]);
  });
});
