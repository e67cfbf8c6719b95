import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { create, multivalue, remove, simple, upsert, weighted } from './route53-zone.ts';

/** An alias record set of a target in the same zone. */
export const alias = (name: string, zone: string): ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  AliasTarget: { HostedZoneId: zone, DNSName: `target.${name}`, EvaluateTargetHealth: false },
});

/** A record set without one of its fields. */
export const without = <Key extends keyof ResourceRecordSet>(
  set: ResourceRecordSet,
  key: Key,
): ResourceRecordSet =>
  Object.fromEntries(Object.entries(set).filter(([each]) => each !== key)) as ResourceRecordSet;

/** A batch that Route 53 refuses. */
export interface Rejection {
  readonly rule: string;
  /** What is there beforehand. */
  readonly existing?: (name: string) => ResourceRecordSet[];
  /** The batch, given a name nobody else uses and the zone's own. */
  readonly changes: (name: string, zone: string) => Change[];
  /** The error's name; where the documentation leaves it open which of the two it is, either will do. */
  readonly error: 'InvalidChangeBatch' | 'InvalidInput' | 'either';
  readonly says: RegExp;
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
export const existenceRejections: readonly Rejection[] = [
  {
    rule: 'CREATE of a record set that exists',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [create(simple(name, '10.0.0.2'))],
    error: 'InvalidChangeBatch',
    says: /create resource record set \[name='t\d+\..*', type='A'\] but it already exists/,
  },
  {
    rule: 'CREATE of a multivalue record set whose identifier exists',
    existing: (name) => [multivalue(name, '10.0.0.1')],
    changes: (name) => [create(multivalue(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /set-identifier='10\.0\.0\.1'\] but it already exists/,
  },
  {
    rule: 'DELETE of a record set that does not exist',
    changes: (name) => [remove(simple(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /delete resource record set \[name='.*', type='A'\] but it was not found/,
  },
  {
    rule: 'DELETE of another set identifier',
    existing: (name) => [multivalue(name, '10.0.0.1')],
    changes: (name) => [remove({ ...multivalue(name, '10.0.0.1'), SetIdentifier: 'other' })],
    error: 'InvalidChangeBatch',
    says: /but it was not found/,
  },
  {
    rule: 'DELETE with another TTL',
    existing: (name) => [multivalue(name, '10.0.0.1')],
    changes: (name) => [remove({ ...multivalue(name, '10.0.0.1'), TTL: 61 })],
    error: 'InvalidChangeBatch',
    says: /but the values provided do not match the current values/,
  },
  {
    rule: 'DELETE with another value',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [remove(simple(name, '10.0.0.2'))],
    error: 'InvalidChangeBatch',
    says: /but the values provided do not match the current values/,
  },
  {
    rule: 'DELETE with some of the values',
    existing: (name) => [simple(name, '10.0.0.1', '10.0.0.2')],
    changes: (name) => [remove(simple(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /but the values provided do not match the current values/,
  },
  {
    rule: 'DELETE with another weight',
    existing: (name) => [weighted(name, 'w', 1)],
    changes: (name) => [remove(weighted(name, 'w', 2))],
    error: 'InvalidChangeBatch',
    says: /but the values provided do not match the current values/,
  },
  {
    rule: 'DELETE of the same record set twice',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [remove(simple(name, '10.0.0.1')), remove(simple(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /invalid set of changes|was not found/,
  },
  {
    rule: 'CREATE of the same record set twice',
    changes: (name) => [create(simple(name, '10.0.0.1')), create(simple(name, '10.0.0.2'))],
    error: 'InvalidChangeBatch',
    says: /invalid set of changes|already exists/,
  },
];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html */
export const routingRejections: readonly Rejection[] = [
  {
    rule: 'a multivalue record set beside a simple one',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [create(multivalue(name, '10.0.0.2'))],
    error: 'InvalidChangeBatch',
    says: /SetIdentifier 10\.0\.0\.2 cannot be created because a non multivalue answer rrset exists/,
  },
  {
    rule: 'an UPSERT of a multivalue record set beside a simple one',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [upsert(multivalue(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /cannot be created because a non multivalue answer rrset exists/,
  },
  {
    rule: 'a simple record set beside multivalue ones',
    existing: (name) => [multivalue(name, '10.0.0.1')],
    changes: (name) => [upsert(simple(name, '10.0.0.2'))],
    error: 'InvalidChangeBatch',
    says: /cannot be created as other RRSets exist with the same name and type/,
  },
  {
    rule: 'a weighted record set beside multivalue ones',
    existing: (name) => [multivalue(name, '10.0.0.1')],
    changes: (name) => [create(weighted(name, 'w', 1))],
    error: 'InvalidChangeBatch',
    says: /SetIdentifier w cannot be created as a non-weighted set exists/,
  },
  {
    rule: 'weighted record sets of different TTL',
    existing: (name) => [weighted(name, 'one', 1)],
    changes: (name) => [create({ ...weighted(name, 'two', 1), TTL: 61 })],
    error: 'InvalidChangeBatch',
    says: /weighted sets must contain the same TTL/,
  },
  {
    rule: 'another routing policy placed before the DELETE that would make room for it',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [create(multivalue(name, '10.0.0.1')), remove(simple(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /cannot be created because a non multivalue answer rrset exists/,
  },
  {
    rule: 'a multivalue record set without a set identifier',
    changes: (name) => [create(without(multivalue(name, '10.0.0.1'), 'SetIdentifier'))],
    error: 'InvalidInput',
    says: /Missing field 'SetIdentifier'/,
  },
  {
    rule: 'a set identifier without a routing policy',
    changes: (name) => [create({ ...simple(name, '10.0.0.1'), SetIdentifier: 'x' })],
    error: 'InvalidInput',
    says: /Expected exactly one of \[Weight, .*MultiValueAnswer.*\], but found none/,
  },
  {
    rule: 'two routing policies in one record set',
    changes: (name) => [create({ ...multivalue(name, '10.0.0.1'), Weight: 1 })],
    error: 'either',
    says: /Expected exactly one of|more than one/,
  },
  {
    rule: 'a multivalue alias',
    changes: (name, zone) => [
      create({ ...alias(name, zone), SetIdentifier: 'alias', MultiValueAnswer: true }),
    ],
    error: 'either',
    says: /alias/i,
  },
  {
    rule: 'a multivalue CNAME',
    changes: (name) => [create({ ...multivalue(name, 'www.example.com'), Type: 'CNAME' })],
    error: 'either',
    says: /CNAME/,
  },
];
