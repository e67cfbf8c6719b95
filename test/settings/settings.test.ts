import { describe, expect, it } from 'vitest';
import { type Environment, readSettings } from '../../src/settings/settings.ts';
import { SettingsError } from '../../src/settings/settings-error.ts';

const FILES: Readonly<Record<string, string>> = {
  'records.json': '[{"service": "rdsproxy", "name": "rdsproxy.corp.internal"}]',
  'ca.pem': '-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n',
  'client.pem': '-----BEGIN CERTIFICATE-----\nclient\n-----END CERTIFICATE-----\n',
  'key.pem': '-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n',
  'empty.pem': '',
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}

const GOOD: Environment = {
  CONSUL_HTTP_ADDR: 'http://consul.corp.internal:8500',
  HOSTED_ZONE_ID: 'Z08345992R7HSH0EXAMPLE',
  RECORDS_FILE: 'records.json',
};

const read = (own: Environment = {}) => readSettings({ ...GOOD, ...own }, readFile);

function faultsOf(own: Environment): readonly string[] {
  try {
    read(own);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('fills in the defaults', () => {
    expect(read()).toMatchObject({
      consul: { addresses: ['http://consul.corp.internal:8500'], tls: {} },
      records: [
        {
          query: { service: 'rdsproxy' },
          name: 'rdsproxy.corp.internal',
          zoneId: 'Z08345992R7HSH0EXAMPLE',
          ttl: 5,
          routing: 'multivalue',
          allowedCidrs: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
          minHealthy: 1,
          onConflict: 'refuse',
        },
      ],
      watchSeconds: 50,
    });
  });

  it('takes everything that can be set', () => {
    const settings = read({
      CONSUL_HTTP_ADDR: ' http://10.0.0.1:8500, https://consul.corp.internal:8501 ,http://[fd00::1]:8500/',
      CONSUL_HTTP_TOKEN: 'a-token',
      CONSUL_CACERT: 'ca.pem',
      CONSUL_CLIENT_CERT: 'client.pem',
      CONSUL_CLIENT_KEY: 'key.pem',
      CONSUL_TLS_SERVER_NAME: 'server.dc1.consul',
      CONSUL_NAMESPACE: 'team',
      CONSUL_PARTITION: 'part',
      CONSUL_DATACENTER: 'dc1',
      HOSTED_ZONE_ID: '/hostedzone/Z1',
      RECORDS_FILE: '',
      RECORDS:
        '[{"service": "a", "name": "A.Corp.internal."}, {"service": "b", "name": "b.corp.internal", "ttl": 60, "routing": "simple", "allowedCidrs": ["10.1.0.0/16"], "minHealthy": 2, "tag": "ro", "datacenter": "dc2", "onConflict": "replace"}]',
      WATCH_SECONDS: '0',
    });
    expect(settings.consul).toEqual({
      addresses: ['http://10.0.0.1:8500', 'https://consul.corp.internal:8501', 'http://[fd00::1]:8500'],
      identity: { by: 'token', token: { text: 'a-token' } },
      tls: {
        ca: { text: FILES['ca.pem'] },
        cert: { text: FILES['client.pem'] },
        key: { text: FILES['key.pem'] },
        serverName: 'server.dc1.consul',
      },
      namespace: 'team',
      partition: 'part',
    });
    expect(settings.watchSeconds).toBe(0);
    expect(settings.records).toMatchObject([
      {
        query: { service: 'a', datacenter: 'dc1', namespace: 'team', partition: 'part' },
        name: 'a.corp.internal',
        zoneId: 'Z1',
      },
      {
        query: { service: 'b', tag: 'ro', datacenter: 'dc2', namespace: 'team', partition: 'part' },
        ttl: 60,
        routing: 'simple',
        allowedCidrs: ['10.1.0.0/16'],
        minHealthy: 2,
        onConflict: 'replace',
      },
    ]);
  });

  const record = (own: object) => ({
    RECORDS_FILE: undefined,
    RECORDS: JSON.stringify([{ service: 'rdsproxy', name: 'rdsproxy.corp.internal', ...own }]),
  });

  it.each<[string, Environment, RegExp]>([
    [
      'no address of Consul',
      { CONSUL_HTTP_ADDR: '' },
      /^CONSUL_HTTP_ADDR is required: .* for example http:\/\//,
    ],
    [
      'an address without scheme',
      { CONSUL_HTTP_ADDR: 'consul:8500' },
      /^The address number 1 in CONSUL_HTTP_ADDR, "consul:8500", is not of the form http\(s\):\/\/host:port/,
    ],
    [
      'another scheme',
      { CONSUL_HTTP_ADDR: 'unix:///run/consul.sock' },
      /CONSUL_HTTP_ADDR.* is not of the form/,
    ],
    [
      'an address with a path',
      { CONSUL_HTTP_ADDR: 'http://a:1,http://b:2/v1' },
      /^The address number 2 in CONSUL_HTTP_ADDR, at b:2, has more than/,
    ],
    [
      'an empty address',
      { CONSUL_HTTP_ADDR: 'http://a:1,' },
      /^The address number 2 in CONSUL_HTTP_ADDR, "", is not/,
    ],
    [
      'a password in an address',
      { CONSUL_HTTP_ADDR: 'http://user:s3cret@a:1' },
      /^The address number 1 in CONSUL_HTTP_ADDR carries a user name or password/,
    ],
    [
      'a token with a line break',
      { CONSUL_HTTP_TOKEN: 's3cret\nx' },
      /^CONSUL_HTTP_TOKEN has characters that no HTTP header can carry/,
    ],
    [
      'a missing CA file',
      { CONSUL_CACERT: 'missing.pem' },
      /^CONSUL_CACERT names the file missing\.pem, which cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a CA file without PEM',
      { CONSUL_CACERT: 'empty.pem' },
      /^CONSUL_CACERT names a file that holds no PEM block/,
    ],
    [
      'a certificate without key',
      { CONSUL_CLIENT_CERT: 'client.pem' },
      /^CONSUL_CLIENT_CERT is set but CONSUL_CLIENT_KEY is not/,
    ],
    [
      'a key without certificate',
      { CONSUL_CLIENT_KEY: 'key.pem' },
      /^CONSUL_CLIENT_KEY is set but CONSUL_CLIENT_CERT is not/,
    ],
    [
      'verification turned off',
      { CONSUL_HTTP_SSL_VERIFY: 'false' },
      /^CONSUL_HTTP_SSL_VERIFY cannot turn verification off/,
    ],
    ['no zone', { HOSTED_ZONE_ID: undefined }, /^HOSTED_ZONE_ID is required/],
    [
      'a zone name instead of its ID',
      { HOSTED_ZONE_ID: 'corp.internal' },
      /^HOSTED_ZONE_ID, "corp\.internal", is not the ID/,
    ],
    ['no records', { RECORDS_FILE: undefined }, /^RECORDS or RECORDS_FILE is required/],
    ['both kinds of records', { RECORDS: '[]' }, /^RECORDS and RECORDS_FILE are both set/],
    [
      'a missing records file',
      { RECORDS_FILE: 'missing.json' },
      /^RECORDS_FILE names the file missing\.json/,
    ],
    ['records that are not JSON', { RECORDS_FILE: undefined, RECORDS: '[{]' }, /^RECORDS is not JSON: /],
    [
      'records that are no array',
      { RECORDS_FILE: undefined, RECORDS: '{}' },
      /^RECORDS must be a JSON array/,
    ],
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
    ['a window in words', { WATCH_SECONDS: '50s' }, /^WATCH_SECONDS, "50s", must be a whole number from 0/],
    ['a negative window', { WATCH_SECONDS: '-1' }, /^WATCH_SECONDS, "-1", must be/],
    [
      'too long a window',
      { WATCH_SECONDS: '900' },
      /^WATCH_SECONDS, "900", must be a whole number from 0 \(one pass\) to 840/,
    ],
  ])('finds one fault: %s', (_, env, fault) => {
    expect(faultsOf(env)).toEqual([expect.stringMatching(fault)]);
  });

  it('compares names without case and trailing dot', () => {
    const RECORDS =
      '[{"service": "a", "name": "x.corp.internal"}, {"service": "b", "name": "X.corp.internal."}]';
    expect(faultsOf({ RECORDS_FILE: undefined, RECORDS })).toEqual([
      'RECORDS[1].name is x.corp.internal, as in [0]: one name may have one setting in a zone.',
    ]);
  });

  describe('the role of another account', () => {
    const ROUTE53_ROLE_ARN = 'arn:aws:iam::210987654321:role/dns/route53-updater';

    it('is taken with its external ID and the Region of the function', () => {
      const env = { ROUTE53_ROLE_ARN, ROUTE53_EXTERNAL_ID: 'an-id:1', AWS_REGION: 'eu-west-1' };
      expect(read(env).route53Role).toEqual({
        arn: ROUTE53_ROLE_ARN,
        externalId: 'an-id:1',
        region: 'eu-west-1',
      });
      expect(read({ ROUTE53_ROLE_ARN }).route53Role).toEqual({ arn: ROUTE53_ROLE_ARN });
      expect(read({ AWS_REGION: 'eu-west-1' })).not.toHaveProperty('route53Role');
    });

    it.each<[string, Environment, RegExp]>([
      [
        'not an ARN',
        { ROUTE53_ROLE_ARN: 'updater' },
        /^ROUTE53_ROLE_ARN, "updater", is not the ARN of a role/,
      ],
      [
        'the ARN of a user',
        { ROUTE53_ROLE_ARN: 'arn:aws:iam::210987654321:user/a' },
        /^ROUTE53_ROLE_ARN, .* is not the ARN of a role/,
      ],
      [
        'an external ID without a role',
        { ROUTE53_EXTERNAL_ID: 's3cret' },
        /^ROUTE53_EXTERNAL_ID is set but ROUTE53_ROLE_ARN is not/,
      ],
      [
        'a malformed external ID',
        { ROUTE53_ROLE_ARN, ROUTE53_EXTERNAL_ID: 's3cret id' },
        /^ROUTE53_EXTERNAL_ID must have 2 to 1,224 characters/,
      ],
    ])('%s is a fault', (_, env, fault) => {
      expect(faultsOf(env)).toEqual([expect.stringMatching(fault)]);
      expect(faultsOf(env).join()).not.toContain('s3cret');
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
        'another fault, and no zone missing',
        { ...two({ zoneId: 'Z1', ttl: -1 }, { zoneId: 'Z2' }), HOSTED_ZONE_ID: undefined },
        [/^RECORDS\[0\]\.ttl must be/],
      ],
      [
        'a malformed HOSTED_ZONE_ID, though no record needs it',
        { ...two({ zoneId: 'Z1' }, { zoneId: 'Z2' }), HOSTED_ZONE_ID: 'z1' },
        [/^HOSTED_ZONE_ID, "z1", is not the ID/],
      ],
    ])('%s is a fault', (_, env, faults) => {
      expect(faultsOf(env)).toEqual(faults.map((fault) => expect.stringMatching(fault)));
    });
  });

  it('finds every fault at once, and says so in one error', () => {
    const env = { CONSUL_HTTP_ADDR: '', HOSTED_ZONE_ID: '', RECORDS_FILE: '', WATCH_SECONDS: 'x' };
    expect(faultsOf(env)).toHaveLength(4);
    expect(() => read(env)).toThrow(
      /^4 settings are wrong: CONSUL_HTTP_ADDR .* RECORDS .* HOSTED_ZONE_ID .* WATCH_SECONDS/,
    );
  });

  it('repeats no secret', () => {
    const faults = faultsOf({
      CONSUL_HTTP_ADDR: 'http://user:s3cret@a:1,http://b:2/?token=s3cret',
      CONSUL_HTTP_TOKEN: 's3cret\t',
      WATCH_SECONDS: 'x',
      HOSTED_ZONE_ID: '',
    });
    expect(faults.length).toBeGreaterThan(2);
    expect(faults.join()).not.toContain('s3cret');
  });
});
