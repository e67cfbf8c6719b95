import {
  CreateHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { type AcceptedBatch, type Change, startRoute53 } from '../../../emulators/route53/server.ts';
import { clientOf, createOf, send, start } from './support.ts';

describe('hosted zones', () => {
  const create = (Name: string, VPCId?: string) =>
    new CreateHostedZoneCommand({
      Name,
      CallerReference: `${Name}${VPCId}`,
      ...(VPCId !== undefined && { VPC: { VPCId, VPCRegion: 'eu-west-1' } }),
    });

  it('are public without a VPC, and then have a delegation set', async () => {
    const { server, client } = await start();
    const created = await client.send(create('example.com'));
    expect(created.Location).toBe(`${server.url}/2013-04-01${created.HostedZone?.Id}`);
    expect(created.$metadata.httpStatusCode).toBe(201);
    const answer = await client.send(new GetHostedZoneCommand({ Id: created.HostedZone?.Id }));
    expect(answer.HostedZone?.Config?.PrivateZone).toBe(false);
    expect(answer.DelegationSet?.NameServers).toHaveLength(4);
    expect(answer.VPCs ?? []).toEqual([]);
  });

  it.each([
    [
      'a VPC that has a zone of this name',
      create('corp.internal', 'vpc-0123456789abcdef0'),
      'ConflictingDomainExists',
    ],
    ['a VPC ID that is none', create('a.internal', 'net-1'), 'InvalidVPCId'],
    ['a top-level domain', create('internal', 'vpc-00000001'), 'InvalidDomainName'],
    ['a name that is none', create('a..internal', 'vpc-00000001'), 'InvalidDomainName'],
    [
      'a private zone without a VPC',
      new CreateHostedZoneCommand({
        Name: 'a.b',
        CallerReference: 'x',
        HostedZoneConfig: { PrivateZone: true },
      }),
      'InvalidInput',
    ],
  ])('are refused: %s', async (_, command, name) => {
    const { server, client } = await start();
    await expect(client.send(command)).rejects.toMatchObject({ name });
    expect(server.zones.all()).toHaveLength(1);
  });

  it('pages hold 300 record sets, asked for or not', async () => {
    const { zone, client } = await start();
    for (let i = 0; i < 310; i++)
      zone.put({ name: `n${i}.corp.internal`, type: 'A', ttl: 5, values: ['10.0.0.1'] });
    for (const MaxItems of [undefined, 1000]) {
      const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone.id, MaxItems }));
      expect([page.ResourceRecordSets?.length, page.MaxItems, page.IsTruncated]).toEqual([300, 300, true]);
    }
  });

  it('return every field of a record set that somebody else has put there', async () => {
    const { zone, client } = await start();
    const name = 'a.corp.internal.';
    zone.put({
      name,
      type: 'A',
      setIdentifier: 'w',
      weight: 0,
      ttl: 0,
      values: ['10.0.0.1'],
      healthCheckId: 'h',
    });
    zone.put({ name, type: 'AAAA', setIdentifier: 'l', region: 'eu-west-1', ttl: 5, values: ['::1'] });
    zone.put({ name, type: 'MX', setIdentifier: 'f', failover: 'PRIMARY', ttl: 5, values: ['1 a.'] });
    zone.put({
      name,
      type: 'TXT',
      setIdentifier: 'g',
      geoLocation: { countryCode: '*' },
      ttl: 5,
      values: ['"a"'],
    });
    const aliasTarget = { hostedZoneId: 'Z1', dnsName: 'b.corp.internal.', evaluateTargetHealth: false };
    zone.put({ name: 'b.corp.internal', type: 'A', values: [], aliasTarget });
    const page = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone.id, StartRecordName: name }),
    );
    const ResourceRecords = (Value: string) => [{ Value }];
    expect(page.ResourceRecordSets).toEqual([
      {
        Name: name,
        Type: 'A',
        SetIdentifier: 'w',
        Weight: 0,
        TTL: 0,
        HealthCheckId: 'h',
        ResourceRecords: ResourceRecords('10.0.0.1'),
      },
      {
        Name: name,
        Type: 'AAAA',
        SetIdentifier: 'l',
        Region: 'eu-west-1',
        TTL: 5,
        ResourceRecords: ResourceRecords('::1'),
      },
      {
        Name: name,
        Type: 'MX',
        SetIdentifier: 'f',
        Failover: 'PRIMARY',
        TTL: 5,
        ResourceRecords: ResourceRecords('1 a.'),
      },
      {
        Name: name,
        Type: 'TXT',
        SetIdentifier: 'g',
        GeoLocation: { CountryCode: '*' },
        TTL: 5,
        ResourceRecords: ResourceRecords('"a"'),
      },
      {
        Name: 'b.corp.internal.',
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z1', DNSName: 'b.corp.internal.', EvaluateTargetHealth: false },
      },
    ]);
  });
});

// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrset-protection.html
describe('record set protections', () => {
  it('refuse any change to their name and type, and say why', async () => {
    const { zone, change } = await start();
    zone.protect('rdsproxy.corp.internal', 'A', 'frozen for the migration');
    await expect(
      change(createOf('10.0.0.1', 'other.corp.internal'), createOf('10.0.0.1')),
    ).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringMatching(
        /name='rdsproxy\.corp\.internal\.', type='A'.* is protected .*: frozen for the migration/,
      ),
    });
    expect(zone.recordSets()).toHaveLength(2);
  });

  it('leave other names and types alone, and end when they are taken away', async () => {
    const { zone, change } = await start();
    zone.protect('rdsproxy.corp.internal', 'AAAA');
    await change(createOf('10.0.0.1'));
    zone.protect('rdsproxy.corp.internal', 'A');
    await expect(change(createOf('10.0.0.2'))).rejects.toThrow('is protected');
    zone.unprotect('rdsproxy.corp.internal', 'A');
    await change(createOf('10.0.0.2'));
  });

  it('keep their hosted zone from being deleted', async () => {
    const { server, zone } = await start();
    zone.protect('rdsproxy.corp.internal', 'A');
    const path = `/2013-04-01/hostedzone/${zone.id}`;
    expect((await send(server, path, { method: 'DELETE' })).status).toBe(400);
    zone.unprotect('rdsproxy.corp.internal', 'A');
    expect((await send(server, path, { method: 'DELETE' })).status).toBe(200);
    expect(server.zones.get(zone.id)).toBeUndefined();
  });
});

describe('what the server notes', () => {
  it('logs each request with what it asked for and how it ended', async () => {
    let at = 1000;
    const { server, zone, client, change } = await start({ now: () => at });
    await change(createOf('10.0.0.1'));
    at = 2000;
    await expect(change(createOf('10.0.0.1'))).rejects.toThrow();
    await client.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zone.id,
        StartRecordName: 'a.corp.internal',
        StartRecordType: 'A',
        StartRecordIdentifier: 'x',
      }),
    );
    const changes: Change[] = [
      {
        action: 'CREATE',
        recordSet: {
          name: 'rdsproxy.corp.internal',
          type: 'A',
          ttl: 5,
          setIdentifier: '10.0.0.1',
          multiValueAnswer: true,
          values: ['10.0.0.1'],
        },
      },
    ];
    const accessKeyId = 'AKIDEXAMPLE';
    const changing = { operation: 'ChangeResourceRecordSets', accessKeyId, zoneId: zone.id, changes };
    expect(server.requests).toEqual([
      { ...changing, at: 1000, status: 200 },
      { ...changing, at: 2000, status: 400, error: 'InvalidChangeBatch' },
      {
        accessKeyId,
        operation: 'ListResourceRecordSets',
        at: 2000,
        zoneId: zone.id,
        startName: 'a.corp.internal',
        startType: 'A',
        startIdentifier: 'x',
        status: 200,
      },
    ]);
  });

  it('tells listeners of accepted batches only', async () => {
    const { server, zone, change } = await start({ now: () => 1000 });
    const heard: AcceptedBatch[] = [];
    const stop = server.onChange((batch) => heard.push(batch));
    const changeId = await change(createOf('10.0.0.1', 'RDSproxy.corp.internal'));
    await expect(change(createOf('10.0.0.1'))).rejects.toThrow();
    stop();
    await change(createOf('10.0.0.2'));
    expect(heard).toEqual([{ zoneId: zone.id, changeId, at: 1000, changes: [expect.anything()] }]);
    expect(heard[0]?.changes[0]?.recordSet.name).toBe('rdsproxy.corp.internal.');
  });

  it('keeps a change PENDING for as long as it is told', async () => {
    let at = 1000;
    const { client, change } = await start({ now: () => at, propagationMs: 30_000 });
    const Id = await change(createOf('10.0.0.1'));
    const status = async () => (await client.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
    at += 29_999;
    expect(await status()).toBe('PENDING');
    at += 1;
    expect(await status()).toBe('INSYNC');
  });
});

describe('state', () => {
  it('answers for the most specific zone of a name', async () => {
    const { server, zone } = await start();
    const inner = server.zones.create({ name: 'db.corp.internal', private: true, id: 'ZINNER' });
    zone.put({ name: 'a.db.corp.internal', type: 'A', ttl: 5, values: ['10.0.0.1'] });
    inner.put({ name: 'A.db.corp.internal.', type: 'A', ttl: 5, values: ['10.0.0.2'] });
    expect(server.zones.find('a.DB.corp.internal', 'A').map(({ values }) => values)).toEqual([['10.0.0.2']]);
    expect(server.zones.find('a.db.corp.internal', 'AAAA')).toEqual([]);
    expect(server.zones.zoneFor('xcorp.internal')).toBeUndefined();
    expect(server.zones.get('/hostedzone/ZINNER')).toBe(inner);
    expect(inner.hasName('a.db.corp.internal')).toBe(true);
    expect(inner.remove({ name: 'a.db.corp.internal', type: 'A' })).toBe(true);
    expect(inner.hasName('a.db.corp.internal')).toBe(false);
  });

  it('closes with idle connections open, and frees its port', async () => {
    const server = await startRoute53();
    const client = clientOf(server);
    const zone = server.zones.create({ name: 'corp.internal', private: true });
    await client.send(new GetHostedZoneCommand({ Id: zone.id }));
    await server.close();
    const again = await startRoute53({ port: Number(new URL(server.url).port) });
    expect(again.url).toBe(server.url);
    await expect(startRoute53({ port: Number(new URL(server.url).port) })).rejects.toThrow('EADDRINUSE');
    await again.close();
    client.destroy();
  });
});
