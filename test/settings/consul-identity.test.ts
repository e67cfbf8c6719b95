import { describe, expect, it } from 'vitest';
import { problemsOf, read } from './support.ts';

const MIXED = 'https://10.0.0.1:8501,http://10.0.0.2:8500';

describe('NODE_TLS_REJECT_UNAUTHORIZED', () => {
  it('is refused where it turns verification off', () => {
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
      "NODE_TLS_REJECT_UNAUTHORIZED is 0, which turns off that certificates are verified. Take it out; give the certificate of Consul's CA as CONSUL_CACERT.",
    ]);
  });

  it.each(['1', ''])('may be %j, which changes nothing', (value) => {
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: value })).toEqual([]);
  });
});

describe('https and http mixed', () => {
  it.each<[string, Record<string, string>]>([
    ['CONSUL_HTTP_TOKEN', { CONSUL_HTTP_TOKEN: 'a-token' }],
    ['CONSUL_HTTP_TOKEN_SSM', { CONSUL_HTTP_TOKEN_SSM: '/consul/token' }],
    ['CONSUL_HTTP_TOKEN_SECRET', { CONSUL_HTTP_TOKEN_SECRET: 'consul/rdsproxy#token' }],
    ['CONSUL_AUTH_METHOD', { CONSUL_AUTH_METHOD: 'lambda', AWS_REGION: 'eu-west-1' }],
  ])('are refused with %s', (setting, identity) => {
    expect(problemsOf({ CONSUL_HTTP_ADDR: MIXED, ...identity })).toEqual([
      `CONSUL_HTTP_ADDR mixes https and http (http://10.0.0.2:8500), and ${setting} would be sent to both: whoever stands between could read it. Use https for all.`,
    ]);
  });

  it('are taken where nothing secret is sent', () => {
    expect(read({ CONSUL_HTTP_ADDR: MIXED }).consul.addresses).toHaveLength(2);
  });
});
