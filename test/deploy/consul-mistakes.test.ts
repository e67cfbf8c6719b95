import { afterEach, describe, expect, it, vi } from 'vitest';
import { CERTIFICATE, deploy, FILES, KEY, RECORDS } from './site.ts';

describe('what is wrong about Consul', () => {
  afterEach(() => void vi.useRealTimers());

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a token in a parameter of its own',
      { consulToken: 'b1946ac9-2f3c-4d5e-8f9a-0123456789ab' },
      /^stages\/dev\.yml: consulToken does not exist, because .*give consulTokenSsm or consulTokenSecret\.$/,
    ],
    [
      'a key in the package',
      { consulClientKey: 'certs/key.pem' },
      /^stages\/dev\.yml: consulClientKey does not exist, because .*give consulClientKeySsm or consulClientKeySecret\.$/,
    ],
    [
      'two places for the token',
      { consulTokenSsm: 'token', consulTokenSecret: 'token' },
      /^stages\/dev\.yml: consulTokenSsm and consulTokenSecret are set together: keep one of them\.$/,
    ],
    [
      'a token beside a login',
      { consulTokenSsm: 'token', consulAuthMethod: 'aws-lambda' },
      /^stages\/dev\.yml: consulAuthMethod and consulTokenSsm are set together: a login gives its own token\.$/,
    ],
    [
      'half a login',
      { consulAuthServerId: 'consul' },
      /^stages\/dev\.yml: consulAuthServerId is set but consulAuthMethod is not/,
    ],
    [
      'the token in the address',
      { consulAddr: 'http://token@consul:8500' },
      /in consulAddr carries a user name or password: give the token as consulTokenSsm or consulTokenSecret instead\.$/,
    ],
    [
      'a certificate without its key',
      { consulClientCert: 'certs/rdsproxy.pem' },
      /^stages\/dev\.yml: consulClientCert is set but consulClientKeySsm or consulClientKeySecret is not/,
    ],
    [
      'no name of a parameter',
      { consulTokenSsm: 'my token' },
      /^stages\/dev\.yml: consulTokenSsm is not the name or ARN of a parameter in SSM Parameter Store, for example \/consul/,
    ],
    [
      'two keys in a secret',
      { consulTokenSecret: 'consul#a#b' },
      /^stages\/dev\.yml: consulTokenSecret is not the name or ARN of a secret in Secrets Manager/,
    ],
    [
      'a secret for a parameter',
      { consulTokenSsm: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:consul/token-a1B2c3' },
      /^stages\/dev\.yml: consulTokenSsm is "arn:.*", which is not the ARN of a parameter: for example \/consul/,
    ],
    [
      'a parameter for a secret',
      { consulTokenSecret: 'arn:aws:ssm:eu-west-1:123456789012:parameter/consul/token' },
      /^stages\/dev\.yml: consulTokenSecret is "arn:.*", which is not the ARN of a secret: for example consul\//,
    ],
    [
      'a file that is not there',
      { consulCaCert: 'certs/other.pem' },
      /^stages\/dev\.yml: consulCaCert names the file certs\/other\.pem, which cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a file that is no PEM',
      { consulCaCert: 'certs/ca.der' },
      /^stages\/dev\.yml: consulCaCert names a file that holds no PEM block/,
    ],
    ...['/etc/ssl/ca.pem', '../ca.pem', 'certs/../../ca.pem', 'certs/*.pem', 'certs/', CERTIFICATE].map(
      (consulCaCert): [string, Record<string, unknown>, RegExp] => [
        `what is no file of this repository (${consulCaCert.slice(0, 20)})`,
        { consulCaCert },
        /^stages\/dev\.yml: consulCaCert must be a file in this repository, by its path from there: for example certs\/consul-ca\.pem\.$/,
      ],
    ),
    [
      'a file with a private key',
      { consulClientCert: 'certs/with-key.pem', consulClientKeySsm: 'key' },
      /^stages\/dev\.yml: consulClientCert names a file with a private key, which must not be packaged/,
    ],
    [
      'half a certificate',
      { consulCaCert: 'certs/half.pem' },
      /^stages\/dev\.yml: consulCaCert names a file without a whole certificate: for example/,
    ],
    [
      'a certificate that is none',
      { consulCaCert: 'certs/broken.pem' },
      /^stages\/dev\.yml: consulCaCert names a file with a certificate that cannot be read: for example/,
    ],
    [
      'an unknown consistency',
      { consulConsistency: 'strong' },
      /^stages\/dev\.yml: consulConsistency, "strong", must be one of default, stale, consistent\.$/,
    ],
    [
      'an age without a number',
      { consulMaxStale: '5s' },
      /^stages\/dev\.yml: consulMaxStale, "5s", must be a number of seconds/,
    ],
    [
      'the alias of a key',
      { consulTokenSsm: 'token', secretsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/consul' },
      /^stages\/dev\.yml: secretsKeyArn is "arn:.*", which is not the ARN of a key \(an alias is none\): for example arn/,
    ],
    [
      'a key for nothing',
      { consulAuthMethod: 'aws-lambda', secretsKeyArn: KEY },
      /^stages\/dev\.yml: secretsKeyArn is of no use where nothing is kept in SSM Parameter Store or Secrets Manager/,
    ],
  ])('stops the command with one sentence: %s', (_, own, message) => {
    const more = {
      'certs/ca.der': '0\u0082',
      'certs/with-key.pem': `${CERTIFICATE}-----BEGIN PRIVATE KEY-----\n`,
      'certs/half.pem': CERTIFICATE.slice(0, 200),
      'certs/broken.pem': CERTIFICATE.replace('MII', 'MIX'),
    };
    const error = caught(() => deploy(own, RECORDS, { ...FILES, ...more }));
    expect(error).toMatch(message);
    expect(error).not.toContain('\n');
    expect(error).not.toContain('b1946ac9');
  });

  it('is a certificate that has expired, unless it is one CA of several', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2127-01-01T00:00:00Z') });
    const own = { consulCaCert: 'certs/consul-ca.pem' };
    expect(() => deploy(own, RECORDS, FILES)).toThrow(
      /^stages\/dev\.yml: consulCaCert names a file whose certificate expired at 2126-10-29T18:03:28\.000Z: for example/,
    );
    vi.setSystemTime(Date.parse('2126-01-01T00:00:00Z'));
    expect(() => deploy(own, RECORDS, FILES)).not.toThrow();
  });
});

function caught(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
}
