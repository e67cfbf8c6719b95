import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { createOf, start } from './support.ts';

const NAME = 'a.corp.internal';
const simple: ResourceRecordSet = { Name: NAME, Type: 'A', TTL: 5, ResourceRecords: [{ Value: '10.0.0.1' }] };
const stored = { name: NAME, type: 'A', ttl: 5, values: ['10.0.0.1'] } as const;

describe('rules that the contract leaves open', () => {
  const CREATE = { Action: 'CREATE', ResourceRecordSet: simple } as const;
  const UPSERT = { Action: 'UPSERT', ResourceRecordSet: simple } as const;
  const DELETE = { Action: 'DELETE', ResourceRecordSet: simple } as const;

  it.each([
    ['CREATE, CREATE', false, [CREATE, CREATE]],
    ['CREATE, DELETE', false, [CREATE, DELETE]],
    ['UPSERT, UPSERT', false, [UPSERT, UPSERT]],
    ['DELETE, DELETE', true, [DELETE, DELETE]],
    ['DELETE, UPSERT', true, [DELETE, UPSERT]],
    ['DELETE, CREATE, DELETE', true, [DELETE, CREATE, DELETE]],
  ])('refuse a batch that names a record set twice by %s', async (_, isThere, changes) => {
    const { zone, change } = await start();
    if (isThere) zone.put(stored);
    await expect(change(...changes)).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(
        "an invalid set of changes for a resource record set 'A a.corp.internal.'",
      ),
    });
    expect(zone.find(NAME, 'A')).toHaveLength(isThere ? 1 : 0);
  });

  it('let a batch replace a record set by DELETE and CREATE', async () => {
    const { zone, change } = await start();
    zone.put(stored);
    await change(DELETE, { Action: 'CREATE', ResourceRecordSet: { ...simple, TTL: 60 } });
    expect(zone.find(NAME, 'A')).toEqual([{ ...stored, name: `${NAME}.`, ttl: 60 }]);
  });

  it('judge each change by what the sound ones before it have done', async () => {
    const { zone, change } = await start();
    zone.put(stored);
    // The DELETE does not match, so it makes no room, and both changes are at problem.
    const mismatch = { Action: 'DELETE', ResourceRecordSet: { ...simple, TTL: 60 } } as const;
    await expect(change(mismatch, createOf('10.0.0.2', NAME))).rejects.toThrow(
      /do not match the current values, RRSet with DNS name .* cannot be created because a non multivalue/,
    );
  });

  it.each([
    ['health check', { healthCheckId: 'one' }, { HealthCheckId: 'two' }],
    ['missing health check', { healthCheckId: 'one' }, {}],
  ])('refuse a DELETE with another %s', async (_, has, says) => {
    const { zone, change } = await start();
    zone.put({ ...stored, setIdentifier: 'x', multiValueAnswer: true, ...has });
    const set = { ...simple, SetIdentifier: 'x', MultiValueAnswer: true, ...says };
    await expect(change({ Action: 'DELETE', ResourceRecordSet: set })).rejects.toThrow('do not match');
  });

  it('compare the target of an alias as a name, and its other fields as they are', async () => {
    const { zone, change } = await start();
    const aliasTarget = { hostedZoneId: 'Z1', dnsName: 'b.corp.internal.', evaluateTargetHealth: false };
    zone.put({ name: NAME, type: 'A', values: [], aliasTarget });
    const alias = (DNSName: string, EvaluateTargetHealth: boolean) =>
      ({
        Action: 'DELETE',
        ResourceRecordSet: {
          Name: NAME,
          Type: 'A',
          AliasTarget: { HostedZoneId: 'Z1', DNSName, EvaluateTargetHealth },
        },
      }) as const;
    await expect(change(alias('b.corp.internal', true))).rejects.toThrow('do not match');
    await expect(change(alias('c.corp.internal', false))).rejects.toThrow('do not match');
    await change(alias('B.corp.internal', false));
    expect(zone.find(NAME, 'A')).toEqual([]);
  });

  // https://github.com/aws/aws-sdk/issues/75
  it.each([
    ['MultiValueAnswer: false', { MultiValueAnswer: false }],
    ['a health check', { HealthCheckId: 'one' }],
  ])('want a set identifier for %s', async (_, field) => {
    const { change } = await start();
    await expect(
      change({ Action: 'CREATE', ResourceRecordSet: { ...simple, ...field } }),
    ).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("Missing field 'SetIdentifier'"),
    });
  });

  it.each([
    ['MX', '10'],
    ['MX', '10 a..b'],
    ['SRV', '1 2 host.corp.internal'],
    ['NS', 'a b'],
    ['TXT', `"${'x'.repeat(256)}"`],
    ['CAA', ' '],
  ] as const)('refuse a record of type %s with the value %j', async (Type, Value) => {
    const { change } = await start();
    const set = { ...simple, Type, ResourceRecords: [{ Value }] };
    await expect(change({ Action: 'CREATE', ResourceRecordSet: set })).rejects.toThrow(
      'Invalid Resource Record',
    );
  });

  it.each([
    ['MX', '10 mail.corp.internal'],
    ['SRV', '1 2 3306 host.corp.internal'],
    ['TXT', '"one" "t\\"wo"'],
    ['AAAA', 'fd00::1'],
    ['CAA', '0 issue "ca.example.net"'],
  ] as const)('take a record of type %s with the value %j', async (Type, Value) => {
    const { zone, change } = await start();
    await change({ Action: 'CREATE', ResourceRecordSet: { ...simple, Type, ResourceRecords: [{ Value }] } });
    expect(zone.find(NAME, Type)[0]?.values).toEqual([Value]);
  });

  it('keep the SOA record set at the apex', async () => {
    const { zone, change } = await start();
    const soa: ResourceRecordSet = {
      ...simple,
      Type: 'SOA',
      ResourceRecords: [{ Value: 'ns. host. 1 1 1 1 1' }],
    };
    await expect(change({ Action: 'CREATE', ResourceRecordSet: soa })).rejects.toThrow('only at apex');
    await change({ Action: 'UPSERT', ResourceRecordSet: { ...soa, Name: 'corp.internal' } });
    expect(zone.find('corp.internal', 'SOA')[0]?.values).toEqual(['ns. host. 1 1 1 1 1']);
  });
});
