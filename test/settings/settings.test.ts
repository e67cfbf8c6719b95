import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/settings/settings.ts';
import { FILES, problemsOf, read } from './support.ts';

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
          owner: 'consul-route53-updater',
        },
      ],
      watchSeconds: 75,
      metricsByRecord: false,
    });
  });

  it('takes everything that can be set', () => {
    const settings = read({
      CONSUL_HTTP_ADDR: ' https://10.0.0.1:8501, https://consul.corp.internal:8501 ,https://[fd00::1]:8501/',
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
      OWNER_ID: 'updater_Prod.1-a',
    });
    expect(settings.consul).toEqual({
      addresses: ['https://10.0.0.1:8501', 'https://consul.corp.internal:8501', 'https://[fd00::1]:8501'],
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
        owner: 'updater_Prod.1-a',
      },
      {
        query: { service: 'b', tag: 'ro', datacenter: 'dc2', namespace: 'team', partition: 'part' },
        ttl: 60,
        routing: 'simple',
        allowedCidrs: ['10.1.0.0/16'],
        minHealthy: 2,
        onConflict: 'replace',
        owner: 'updater_Prod.1-a',
      },
    ]);
  });

  // As Consul's own CLI takes it: https://developer.hashicorp.com/consul/commands#environment-variables
  it.each([
    ['consul:8500', undefined, ['http://consul:8500']],
    ['10.0.0.1:8500, [fd00::1]:8500', 'false', ['http://10.0.0.1:8500', 'http://[fd00::1]:8500']],
    ['consul:8501,http://10.0.0.1:8500', 'true', ['https://consul:8501', 'http://10.0.0.1:8500']],
  ])('take %s with CONSUL_HTTP_SSL %s', (CONSUL_HTTP_ADDR, CONSUL_HTTP_SSL, addresses) => {
    expect(read({ CONSUL_HTTP_ADDR, CONSUL_HTTP_SSL }).consul.addresses).toEqual(addresses);
  });

  it.each<[string, Environment, RegExp]>([
    [
      'a switch in words',
      { CONSUL_HTTP_SSL: 'please' },
      /^CONSUL_HTTP_SSL, "please", must be true or false\.$/,
    ],
    [
      'no address of Consul',
      { CONSUL_HTTP_ADDR: '' },
      /^CONSUL_HTTP_ADDR is required: .* for example https:\/\//,
    ],
    [
      'an address without a scheme and a port, which may be anything',
      { CONSUL_HTTP_ADDR: 'consul' },
      /^The address number 1 in CONSUL_HTTP_ADDR, "consul", is not of the form http\(s\):\/\/host:port/,
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
    ['a window in words', { WATCH_SECONDS: '50s' }, /^WATCH_SECONDS, "50s", must be a whole number from 0/],
    ['a negative window', { WATCH_SECONDS: '-1' }, /^WATCH_SECONDS, "-1", must be/],
    [
      'too long a window',
      { WATCH_SECONDS: '900' },
      /^WATCH_SECONDS, "900", must be a whole number from 0 \(one look\) to 840/,
    ],
    ['a switch in words', { METRICS_BY_RECORD: 'yes' }, /^METRICS_BY_RECORD, "yes", must be true or false\./],
    ['a window a second too long', { WATCH_SECONDS: '841' }, /^WATCH_SECONDS, "841", must be/],
    [
      'an owner that would end a field of a TXT value',
      { OWNER_ID: 'a,owner=b' },
      /^OWNER_ID, "a,owner=b", must have 1 to 64 characters: letters, digits, "\.", "_" and "-"\.$/,
    ],
    ['an owner with a quotation mark', { OWNER_ID: 'a"b' }, /^OWNER_ID, "a"b", must have/],
    ['an owner in another script', { OWNER_ID: 'größe' }, /^OWNER_ID, "größe", must have/],
    ['an owner of two lines', { OWNER_ID: 'a\nb' }, /^OWNER_ID, "a\nb", must have/],
    ['an owner of 65 characters', { OWNER_ID: 'a'.repeat(65) }, /^OWNER_ID, "a{65}", must have/],
    ['an owner without end', { OWNER_ID: 'a'.repeat(5_000) }, /^OWNER_ID, "a{100}", must have/],
  ])('finds one problem: %s', (_, env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['0', 0],
    ['75', 75],
    ['840', 840],
    ['', 75],
  ])('takes a window of "%s"', (text, seconds) => {
    expect(read({ WATCH_SECONDS: text }).watchSeconds).toBe(seconds);
  });

  it.each(['a', 'A-Z_0.9', 'a'.repeat(64)])('takes the owner "%s" for every record', (owner) => {
    expect(read({ OWNER_ID: owner }).records.map((record) => record.owner)).toEqual([owner]);
  });

  it('takes an owner that is empty for one that is not set', () => {
    expect(read({ OWNER_ID: ' ' }).records[0]?.owner).toBe('consul-route53-updater');
  });

  it('finds every problem at once, and says so in one error', () => {
    const env = { CONSUL_HTTP_ADDR: '', HOSTED_ZONE_ID: '', RECORDS_FILE: '', WATCH_SECONDS: 'x' };
    expect(problemsOf(env)).toHaveLength(4);
    expect(() => read(env)).toThrow(
      /^4 settings are wrong: CONSUL_HTTP_ADDR .* RECORDS .* HOSTED_ZONE_ID .* WATCH_SECONDS/,
    );
  });

  it('repeats no secret', () => {
    const problems = problemsOf({
      CONSUL_HTTP_ADDR: 'http://user:s3cret@a:1,http://b:2/?token=s3cret',
      CONSUL_HTTP_TOKEN: 's3cret\t',
      WATCH_SECONDS: 'x',
      HOSTED_ZONE_ID: '',
    });
    expect(problems.length).toBeGreaterThan(2);
    expect(problems.join()).not.toContain('s3cret');
  });
});
