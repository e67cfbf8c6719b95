import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/settings/settings.ts';
import { GOOD, problemsOf, read, record } from './support.ts';

describe('the records', () => {
  it.each<[string, Environment, RegExp]>([
    ['no records', { RECORDS_FILE: undefined }, /^RECORDS or RECORDS_FILE is required/],
    ['both kinds of records', { RECORDS: '[]' }, /^RECORDS and RECORDS_FILE are both set/],
    [
      'a missing records file',
      { RECORDS_FILE: 'missing.json' },
      /^RECORDS_FILE names the file missing\.json/,
    ],
    ['records that are not JSON', { RECORDS_FILE: undefined, RECORDS: '[{]' }, /^RECORDS is not JSON: /],
    ['records that are no array', { RECORDS_FILE: undefined, RECORDS: '{}' }, /^RECORDS must be an array/],
    [
      'no record at all',
      { RECORDS_FILE: undefined, RECORDS: '[]' },
      /^RECORDS must hold at least one record/,
    ],
    [
      'a record that is no object',
      { RECORDS_FILE: undefined, RECORDS: '["a"]' },
      /^RECORDS\[0\] must be an object/,
    ],
    ['no service', record({ service: undefined }), /^RECORDS\[0\]\.service is required\.$/],
    [
      'a service with a slash',
      record({ service: 'a/b' }),
      /^RECORDS\[0\]\.service must be the name of a Consul service/,
    ],
    [
      'too long a service',
      record({ service: 'a'.repeat(82) }),
      /^RECORDS\[0\]\.service must have at most 81 characters/,
    ],
    ['a wrong name', record({ name: 'a..b' }), /^RECORDS\[0\]\.name "a\.\.b" is not a record name/],
    ['a negative TTL', record({ ttl: -1 }), /^RECORDS\[0\]\.ttl must be a whole number of seconds/],
    ['a TTL in words', record({ ttl: '5s' }), /^RECORDS\[0\]\.ttl must be a whole number of seconds/],
    [
      'another routing policy',
      record({ routing: 'weighted' }),
      /^RECORDS\[0\]\.routing must be "multivalue" or "simple"/,
    ],
    [
      'a wrong block',
      record({ allowedCidrs: ['10/8'] }),
      /^RECORDS\[0\]\.allowedCidrs\[0\] "10\/8" is not a block/,
    ],
    ['no block', record({ allowedCidrs: [] }), /^RECORDS\[0\]\.allowedCidrs must name at least one block/],
    [
      'a minimum of none',
      record({ minHealthy: 0 }),
      /^RECORDS\[0\]\.minHealthy must be a whole number from 1/,
    ],
    [
      'room for fewer than there must be',
      record({ minHealthy: 3, maxAddresses: 2 }),
      /^RECORDS\[0\]\.minHealthy, 3, must be at most maxAddresses, 2\.$/,
    ],
    [
      'more multivalue addresses than Route 53 takes',
      record({ maxAddresses: 101 }),
      /^RECORDS\[0\]\.maxAddresses must be at most 100 with routing "multivalue"/,
    ],
    [
      'more addresses than Route 53 takes in one set',
      record({ routing: 'simple', maxAddresses: 401 }),
      /^RECORDS\[0\]\.maxAddresses must be a whole number from 1 to 400/,
    ],
    [
      'a hold for ever',
      record({ vanishedHoldSeconds: 86_401 }),
      /^RECORDS\[0\]\.vanishedHoldSeconds must be a whole number of seconds from 0 to 86400/,
    ],
    ['an empty tag', record({ tag: '' }), /^RECORDS\[0\]\.tag must not be empty/],
    [
      'an unknown policy for conflicts',
      record({ onConflict: 'merge' }),
      /^RECORDS\[0\]\.onConflict must be "refuse" or "replace"/,
    ],
    [
      'an unknown key',
      record({ TTL: 5 }),
      /^RECORDS\[0\]\.TTL is not a known key: known are service, name, /,
    ],
  ])('have one problem: %s', (_, env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(problem)]);
  });

  it('compares names without case and trailing dot', () => {
    const RECORDS =
      '[{"service": "a", "name": "x.corp.internal"}, {"service": "b", "name": "X.corp.internal."}]';
    expect(problemsOf({ RECORDS_FILE: undefined, RECORDS })).toEqual([
      'RECORDS[1].name is x.corp.internal, as in [0]: one name may have one setting in a zone.',
    ]);
  });
});

describe('several zones', () => {
  const two = (first: object, second: object): Environment => ({
    RECORDS_FILE: undefined,
    RECORDS: JSON.stringify([
      { service: 'a', name: 'x.corp.internal', ...first },
      { service: 'b', name: 'x.corp.internal', ...second },
    ]),
  });
  const zonesOf = (env: Environment) => read(env).records.map(({ zoneId }) => zoneId);

  it('may hold the same name', () => {
    expect(zonesOf(two({ zoneId: 'Z1' }, { zoneId: '/hostedzone/Z2' }))).toEqual(['Z1', 'Z2']);
    expect(zonesOf(two({}, { zoneId: 'Z2' }))).toEqual([GOOD['HOSTED_ZONE_ID'], 'Z2']);
  });

  it('need no HOSTED_ZONE_ID if each record names its own', () => {
    const env = { ...two({ zoneId: 'Z1' }, { zoneId: 'Z2' }), HOSTED_ZONE_ID: undefined };
    expect(zonesOf(env)).toEqual(['Z1', 'Z2']);
  });

  it.each<[string, Environment, readonly RegExp[]]>([
    [
      'the same name twice in a zone, named or not',
      two({ zoneId: GOOD['HOSTED_ZONE_ID'] }, {}),
      [/^RECORDS\[1\]\.name is x\.corp\.internal, as in \[0\]: one name may have one setting in a zone\.$/],
    ],
    [
      'a record without a zone',
      { ...two({ zoneId: 'Z1' }, {}), HOSTED_ZONE_ID: undefined },
      [/^HOSTED_ZONE_ID is required, unless each record has a zoneId/],
    ],
    [
      'a zone name instead of its ID',
      two({ zoneId: 'corp.internal' }, {}),
      [/^RECORDS\[0\]\.zoneId "corp\.internal" is not the ID of a hosted zone\.$/],
    ],
    [
      'another problem, and no zone missing',
      { ...two({ zoneId: 'Z1', ttl: -1 }, { zoneId: 'Z2' }), HOSTED_ZONE_ID: undefined },
      [/^RECORDS\[0\]\.ttl must be/],
    ],
    [
      'a malformed HOSTED_ZONE_ID, though no record needs it',
      { ...two({ zoneId: 'Z1' }, { zoneId: 'Z2' }), HOSTED_ZONE_ID: 'z1' },
      [/^HOSTED_ZONE_ID, "z1", is not the ID/],
    ],
  ])('%s is a problem', (_, env, problems) => {
    expect(problemsOf(env)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
