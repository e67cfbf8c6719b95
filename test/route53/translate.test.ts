import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import type { Change, RecordSet } from '../../src/domain/record-set.ts';
import { fromResourceRecordSet, toRoute53Changes } from '../../src/route53/translate.ts';
import { multivalueSet, simpleSet, textSet } from '../support/records.ts';

const NAME = 'RDSproxy.corp.internal.';

const deletionOf = (set: RecordSet) => toRoute53Changes({ action: 'DELETE', set, message: '' });

describe('fromResourceRecordSet', () => {
  it('reads a multivalue set', () => {
    const listed: ResourceRecordSet = {
      Name: NAME,
      Type: 'A',
      TTL: 5,
      MultiValueAnswer: true,
      SetIdentifier: 'consul/rdsproxy/10.0.0.1',
      ResourceRecords: [{ Value: '10.0.0.1' }],
    };
    expect(fromResourceRecordSet(listed)).toEqual(multivalueSet('10.0.0.1'));
  });

  it('reads a simple set, and keeps a health check', () => {
    const listed: ResourceRecordSet = {
      Name: NAME,
      Type: 'AAAA',
      TTL: 5,
      HealthCheckId: 'h',
      ResourceRecords: [{ Value: 'fd00::1' }],
    };
    expect(fromResourceRecordSet(listed)).toEqual({ ...simpleSet(['fd00::1']), healthCheckId: 'h' });
  });

  it('reads a multivalue TXT set, and gives it back as it was listed', () => {
    const listed: ResourceRecordSet = {
      ...{ Name: 'rdsproxy.corp.internal.', Type: 'TXT', TTL: 60 },
      ...{ MultiValueAnswer: true, SetIdentifier: 'spf' },
      ResourceRecords: [{ Value: '"v=spf1 -all"' }, { Value: '"\\303\\244" "b"' }],
      HealthCheckId: 'h',
    };
    const set = fromResourceRecordSet(listed);
    const values = ['"v=spf1 -all"', '"\\303\\244" "b"'];
    expect(set).toEqual({ ...textSet('spf', ...values), healthCheckId: 'h' });
    expect(deletionOf(set)).toEqual([{ Action: 'DELETE', ResourceRecordSet: listed }]);
  });

  it.each<[string, ResourceRecordSet]>([
    [
      'alias',
      {
        Name: NAME,
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z', DNSName: 'a.', EvaluateTargetHealth: false },
      },
    ],
    [
      'weighted',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'w',
        Weight: 0,
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    [
      'latency',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'l',
        Region: 'eu-west-1',
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    [
      'failover',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'f',
        Failover: 'PRIMARY',
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    [
      'geolocation',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'g',
        GeoLocation: { CountryCode: '*' },
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    [
      'geoproximity',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'p',
        GeoProximityLocation: { AWSRegion: 'eu-west-1' },
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    [
      'cidr',
      {
        Name: NAME,
        Type: 'A',
        TTL: 5,
        SetIdentifier: 'c',
        CidrRoutingConfig: { CollectionId: 'x', LocationName: '*' },
        ResourceRecords: [{ Value: '10.0.0.1' }],
      },
    ],
    ['simple', { Name: NAME, Type: 'CNAME', TTL: 5, ResourceRecords: [{ Value: 'a.corp.internal' }] }],
    ['simple', { Name: NAME, Type: 'TXT', TTL: 5, ResourceRecords: [{ Value: '"a"' }] }],
    [
      'multivalue',
      {
        Name: NAME,
        Type: 'MX',
        TTL: 5,
        SetIdentifier: 'm',
        MultiValueAnswer: true,
        ResourceRecords: [{ Value: '10 mail.corp.internal' }],
      },
    ],
  ])('keeps %s as it was listed, so that it could be deleted exactly', (routing, listed) => {
    const set = fromResourceRecordSet(listed);
    expect(set).toMatchObject({ routing, name: 'rdsproxy.corp.internal', type: listed.Type, source: listed });
    expect(deletionOf(set)[0]?.ResourceRecordSet).toBe(listed);
  });
});

describe('toRoute53Changes', () => {
  it('repeats for a DELETE what was listed', () => {
    const listed: ResourceRecordSet = {
      ...{
        Name: 'rdsproxy.corp.internal.',
        Type: 'AAAA',
        TTL: 7,
        MultiValueAnswer: true,
        SetIdentifier: 'consul/rdsproxy/fd00::1',
      },
      ResourceRecords: [{ Value: 'FD00:0::1' }],
      HealthCheckId: 'h',
    };
    const changes = deletionOf(fromResourceRecordSet(listed));
    expect(changes).toEqual([{ Action: 'DELETE', ResourceRecordSet: listed }]);
  });

  it('deletes what is there, and creates what takes its place', () => {
    const change = {
      action: 'REPLACE',
      before: simpleSet(['10.0.0.1']),
      set: simpleSet(['10.0.0.2']),
      message: '',
    };
    const [deletion, creation, ...more] = toRoute53Changes(change as Change);
    expect(deletion).toMatchObject({
      Action: 'DELETE',
      ResourceRecordSet: { ResourceRecords: [{ Value: '10.0.0.1' }] },
    });
    expect(creation).toMatchObject({
      Action: 'CREATE',
      ResourceRecordSet: { ResourceRecords: [{ Value: '10.0.0.2' }] },
    });
    expect(more).toEqual([]);
  });
});
