import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import { alias, type Rejection, without } from './route53-rejections.ts';
import { create, multivalue, simple, upsert, weighted } from './route53-zone.ts';

const addresses = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => `10.${Math.floor(i / 65_536)}.${Math.floor(i / 256) % 256}.${i % 256}`,
  );

const text = (name: string, ...values: string[]): ResourceRecordSet => ({
  ...simple(name, ...values),
  Type: 'TXT',
});

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export const fieldRejections: readonly Rejection[] = [
  {
    rule: 'a missing TTL',
    changes: (name) => [create(without(multivalue(name, '10.0.0.1'), 'TTL'))],
    error: 'InvalidInput',
    says: /Expected exactly one of \[AliasTarget, all of \[TTL, and ResourceRecords\].*\], but found none/,
  },
  {
    rule: 'an alias with a TTL',
    changes: (name, zone) => [create({ ...alias(name, zone), TTL: 60 })],
    error: 'either',
    says: /AliasTarget|TTL/,
  },
  ...[-1, 2_147_483_648].map(
    (ttl): Rejection => ({
      rule: `a TTL of ${ttl}`,
      changes: (name) => [create({ ...simple(name, '10.0.0.1'), TTL: ttl })],
      error: 'either',
      says: new RegExp(String(ttl)),
    }),
  ),
  {
    rule: 'no values at all',
    changes: (name) => [create(simple(name))],
    error: 'either',
    says: /resourceRecords|Expected exactly one of/i,
  },
  {
    rule: 'an empty set identifier',
    changes: (name) => [create({ ...multivalue(name, '10.0.0.1'), SetIdentifier: '' })],
    error: 'InvalidInput',
    says: /setIdentifier/i,
  },
  {
    rule: 'a set identifier of 129 characters',
    changes: (name) => [create({ ...multivalue(name, '10.0.0.1'), SetIdentifier: 'x'.repeat(129) })],
    error: 'InvalidInput',
    says: /setIdentifier|length/i,
  },
  {
    rule: 'an unknown record type',
    changes: (name) => [create({ ...simple(name, '10.0.0.1'), Type: 'AA' as RRType })],
    error: 'InvalidInput',
    says: /AA/,
  },
];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html */
export const valueRejections: readonly Rejection[] = [
  ...[
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.01',
    'example.com',
    '10.0.0.1:3306',
    ' 10.0.0.1',
    '::1',
  ].map(
    (value): Rejection => ({
      rule: `an A record with the value '${value}'`,
      changes: (name) => [create(simple(name, value))],
      error: 'either',
      says: /IPv4|empty|Invalid Resource Record/i,
    }),
  ),
  ...['10.0.0.1', '::g', 'fe80::1%eth0'].map(
    (value): Rejection => ({
      rule: `an AAAA record with the value '${value}'`,
      changes: (name) => [create({ ...simple(name, value), Type: 'AAAA' })],
      error: 'InvalidChangeBatch',
      says: /IPv6/i,
    }),
  ),
  {
    rule: 'the same value twice',
    changes: (name) => [create(simple(name, '10.0.0.1', '10.0.0.2', '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /Duplicate Resource Record: '10\.0\.0\.1'/,
  },
  {
    rule: 'a TXT value without quotation marks',
    changes: (name) => [create(text(name, 'v=spf1 -all'))],
    error: 'InvalidChangeBatch',
    says: /quotation marks/,
  },
];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
export const nameRejections: readonly Rejection[] = [
  {
    rule: 'a name outside the zone',
    changes: () => [create(simple('www.example.com', '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /RRSet with DNS name www\.example\.com\. is not permitted in zone/,
  },
  {
    rule: "a name that only ends with the same letters as the zone's",
    changes: (_, zone) => [create(simple(`x${zone}`, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /is not permitted in zone/,
  },
  {
    rule: 'a label of 64 characters',
    changes: (name) => [create(simple(`${'a'.repeat(64)}.${name}`, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /DomainLabelTooLong/,
  },
  {
    rule: 'an empty label',
    changes: (name) => [create(simple(`a..${name}`, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /DomainLabelEmpty/,
  },
  {
    rule: 'a name of more than 255 characters',
    changes: (name) => [create(simple(`${`${'a'.repeat(60)}.`.repeat(4)}${name}`, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /too long/i,
  },
  {
    rule: 'a CNAME at the apex',
    changes: (_, zone) => [create({ ...simple(zone, 'www.example.com'), Type: 'CNAME' })],
    error: 'InvalidChangeBatch',
    says: /RRSet of type CNAME with DNS name .* is not permitted at apex/,
  },
  {
    rule: 'a wildcard NS record set',
    changes: (name) => [create({ ...simple(`*.${name}`, 'ns.example.com'), Type: 'NS' })],
    error: 'either',
    says: /NS/,
  },
  {
    rule: 'a CNAME beside another type',
    existing: (name) => [simple(name, '10.0.0.1')],
    changes: (name) => [create({ ...simple(name, 'www.example.com'), Type: 'CNAME' })],
    error: 'InvalidChangeBatch',
    says: /conflicts with other records with the same DNS name/,
  },
  {
    rule: 'another type beside a CNAME',
    existing: (name) => [{ ...simple(name, 'www.example.com'), Type: 'CNAME' }],
    changes: (name) => [create(multivalue(name, '10.0.0.1'))],
    error: 'InvalidChangeBatch',
    says: /conflicting RRSet of type\s+CNAME/,
  },
];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const limitRejections: readonly Rejection[] = [
  {
    rule: '401 values in a record set',
    changes: (name) => [create(simple(name, ...addresses(401)))],
    error: 'InvalidChangeBatch',
    says: /more than 400 records/,
  },
  {
    rule: '101 multivalue sets of one name and type',
    existing: (name) => addresses(100).map((address) => multivalue(name, address)),
    changes: (name) => [create(multivalue(name, '10.9.9.9'))],
    error: 'InvalidChangeBatch',
    says: /./,
  },
  {
    rule: '101 weighted sets of one name and type in one batch',
    changes: (name) => addresses(101).map((address) => create(weighted(name, address, 1))),
    error: 'InvalidChangeBatch',
    says: /./,
  },
  {
    rule: '1,001 records by CREATE',
    changes: (name) => [
      ...[0, 1].map((i) => create(simple(`${i}.${name}`, ...addresses(400)))),
      create(simple(name, ...addresses(200))),
    ],
    error: 'InvalidChangeBatch',
    says: /Number of records limit of 1000 exceeded/,
  },
  {
    rule: '501 records by UPSERT, each of which counts twice',
    changes: (name) => [
      upsert(simple(name, ...addresses(400))),
      upsert(simple(`more.${name}`, ...addresses(101))),
    ],
    error: 'InvalidChangeBatch',
    says: /Number of records limit of 1000 exceeded/,
  },
  {
    rule: 'more than 32,000 characters by CREATE',
    changes: (name) => [
      create(text(name, ...Array.from({ length: 125 }, (_, i) => `"${String(i).padStart(255, '0')}"`))),
    ],
    error: 'InvalidChangeBatch',
    says: /character limit of 32000 exceeded/,
  },
  {
    rule: 'more than 16,000 characters by UPSERT',
    changes: (name) => [
      upsert(text(name, ...Array.from({ length: 63 }, (_, i) => `"${String(i).padStart(255, '0')}"`))),
    ],
    error: 'InvalidChangeBatch',
    says: /character limit of 32000 exceeded/,
  },
];
