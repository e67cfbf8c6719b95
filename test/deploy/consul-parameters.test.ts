import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXAMPLES } from '../../deploy/parameters.ts';
import { CERTIFICATE, CONSUL, deploy, propertiesOf, RECORDS } from './site.ts';

const files = { 'certs/consul-ca.pem': CERTIFICATE, 'certs/rdsproxy.pem': CERTIFICATE };
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('what the function is told of Consul', () => {
  it('is what the parameters say', () => {
    const { environment, patterns } = deploy(CONSUL, RECORDS, files);
    expect(environment).toEqual({
      ...deploy().environment,
      CONSUL_HTTP_ADDR: 'https://consul.corp.internal:8501',
      CONSUL_AUTH_METHOD: 'aws-lambda',
      CONSUL_AUTH_SERVER_ID: 'consul.corp.internal',
      CONSUL_CACERT: 'certs/consul-ca.pem',
      CONSUL_CLIENT_CERT_SSM: '/consul/client-certificate',
      CONSUL_CLIENT_KEY_SECRET: 'consul/tls#key',
      CONSUL_TLS_SERVER_NAME: 'server.dc1.consul',
      CONSUL_NAMESPACE: 'databases',
      CONSUL_PARTITION: 'production',
      CONSUL_DATACENTER: 'dc1',
      CONSUL_CONSISTENCY: 'stale',
      CONSUL_MAX_STALE: '2.5',
    });
    expect(patterns).toEqual(['!**', 'dist/*.cjs', 'certs/consul-ca.pem']);
  });

  it.each([
    [{ consulTokenSsm: '/consul/token' }, { CONSUL_HTTP_TOKEN_SSM: '/consul/token' }],
    [{ consulTokenSecret: 'consul/token#value' }, { CONSUL_HTTP_TOKEN_SECRET: 'consul/token#value' }],
    [{ consulCaCertSsm: 'ca' }, { CONSUL_CACERT_SSM: 'ca' }],
    [{ consulCaCertSecret: 'tls#ca' }, { CONSUL_CACERT_SECRET: 'tls#ca' }],
    [
      { consulClientCert: './certs//rdsproxy.pem', consulClientKeySsm: '/consul/key' },
      { CONSUL_CLIENT_CERT: 'certs/rdsproxy.pem', CONSUL_CLIENT_KEY_SSM: '/consul/key' },
    ],
    [
      { consulClientCertSecret: 'tls#cert', consulClientKeySecret: 'tls#key' },
      { CONSUL_CLIENT_CERT_SECRET: 'tls#cert', CONSUL_CLIENT_KEY_SECRET: 'tls#key' },
    ],
    [{ consulMaxStale: 3 }, { CONSUL_MAX_STALE: '3' }],
  ])('is, for %j, %j', (own, variables) => {
    expect(deploy(own, RECORDS, files).environment).toEqual({ ...deploy().environment, ...variables });
  });

  it('packages a file once that is both', () => {
    const both = { consulCaCert: 'certs/rdsproxy.pem', consulClientCert: 'certs/rdsproxy.pem' };
    const { patterns } = deploy({ ...both, consulClientKeySsm: 'key' }, RECORDS, files);
    expect(patterns).toEqual(['!**', 'dist/*.cjs', 'certs/rdsproxy.pem']);
  });

  it('has no parameter for a static secret', () => {
    expect(Object.keys(EXAMPLES)).not.toContain('consulToken');
    expect(Object.keys(EXAMPLES)).not.toContain('consulClientKey');
  });

  it('moves the records out of the way of its variables', () => {
    const records = JSON.stringify(
      Array.from({ length: 55 }, (_, i) => ({ service: `service-${i}`, name: `service-${i}.corp.internal` })),
    );
    expect(deploy({}, records).environment).toHaveProperty('RECORDS');
    const { environment, patterns } = deploy(CONSUL, records, files);
    expect(environment).toMatchObject({ RECORDS_FILE: 'records.json' });
    expect(JSON.stringify(environment).length).toBeLessThanOrEqual(4_096);
    expect(patterns).toEqual(['!**', 'dist/*.cjs', 'certs/consul-ca.pem', 'records.json']);
  });

  it('must fit into what Lambda takes', () => {
    const consulAddr = Array.from({ length: 200 }, (_, i) => `http://10.20.30.${i}:8500`).join();
    expect(() => deploy({ consulAddr })).toThrow(
      /^The parameters make \d{4} bytes of variables, and Lambda takes 4096: shorten them, consulAddr for example\.$/,
    );
  });
});

describe('the rights to fetch secrets', () => {
  const secretRights = (own: Record<string, unknown>) =>
    deploy(own, RECORDS, files).statements.filter(({ Action }) =>
      Action.some((action) => /^(ssm|secretsmanager|kms|sts):/.test(action)),
    );
  const here = (service: string, rest: string) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
  });
  const via = (service: string) => ({ 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` });

  it('are none where nothing is kept there', () => {
    expect(secretRights({})).toEqual([]);
    expect(secretRights({ consulCaCert: 'certs/consul-ca.pem' })).toEqual([]);
  });

  it('are none for a login, which is a signature of the role', () => {
    expect(secretRights({ consulAuthMethod: 'aws-lambda', consulAuthServerId: 'consul' })).toEqual([]);
  });

  it.each([
    ['/consul/token', here('ssm', 'parameter/consul/token')],
    ['token', here('ssm', 'parameter/token')],
    ['/consul/token:3', here('ssm', 'parameter/consul/token')],
    [
      'arn:aws:ssm:eu-west-1:210987654321:parameter/consul/token',
      'arn:aws:ssm:eu-west-1:210987654321:parameter/consul/token',
    ],
    [
      'arn:aws:ssm:eu-west-1:210987654321:parameter/consul/token:current',
      'arn:aws:ssm:eu-west-1:210987654321:parameter/consul/token',
    ],
  ])('are for the parameter %s exactly that one', (consulTokenSsm, resource) => {
    expect(secretRights({ consulTokenSsm })).toEqual([
      { Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: [resource] },
    ]);
  });

  it.each([
    ['consul/token', here('secretsmanager', 'secret:consul/token-??????')],
    ['consul/token#value', here('secretsmanager', 'secret:consul/token-??????')],
    [
      'arn:aws:secretsmanager:eu-west-1:210987654321:secret:consul/token-a1B2c3#value',
      'arn:aws:secretsmanager:eu-west-1:210987654321:secret:consul/token-a1B2c3',
    ],
    [
      'arn:aws:secretsmanager:eu-west-1:210987654321:secret:consul/token',
      'arn:aws:secretsmanager:eu-west-1:210987654321:secret:consul/token-??????',
    ],
  ])('are for the secret %s exactly that one', (consulTokenSecret, resource) => {
    expect(secretRights({ consulTokenSecret })).toEqual([
      { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [resource] },
    ]);
  });

  it('name a secret once that holds several, and decrypt with the given key only for those services', () => {
    const tls = {
      consulTokenSsm: '/consul/token',
      consulCaCertSecret: 'consul/tls#ca',
      consulClientCertSecret: 'consul/tls#cert',
      consulClientKeySecret: 'consul/tls#key',
      secretsKeyArn: KEY,
    };
    expect(secretRights(tls)).toEqual([
      { Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: [here('ssm', 'parameter/consul/token')] },
      {
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [here('secretsmanager', 'secret:consul/tls-??????')],
      },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: KEY,
        Condition: { StringEquals: { 'kms:ViaService': [via('ssm'), via('secretsmanager')] } },
      },
    ]);
    expect(secretRights({ consulTokenSecret: 'token', secretsKeyArn: KEY }).at(-1)?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': [via('secretsmanager')] },
    });
  });
});

describe('the way to SSM and Secrets Manager', () => {
  const rules = (own: Record<string, unknown>) =>
    JSON.stringify(propertiesOf(deploy(own).resources, 'UpdateSecurityGroup'));
  const OUT = '"FromPort":443,"ToPort":443,"CidrIp":"0.0.0.0/0"';

  it('stays open beside an endpoint of the Route 53 API, if something is kept there', () => {
    expect(rules({ route53Endpoint: true, consulTokenSsm: 'token' })).toContain(
      `${OUT},"Description":"SSM, Secrets Manager and STS"`,
    );
    expect(rules({ route53Endpoint: true, consulAuthMethod: 'aws-lambda' })).not.toContain('0.0.0.0/0');
  });

  it('is the one to Route 53 where there is no such endpoint', () => {
    expect(rules({ consulTokenSsm: 'token' })).toBe(rules({}));
    expect(rules({})).toContain(OUT);
  });
});

describe('what is wrong about Consul', () => {
  afterEach(() => void vi.useRealTimers());

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a token in a parameter of its own',
      { consulToken: 'b1946ac9-2f3c-4d5e-8f9a-0123456789ab' },
      /^The parameter consulToken does not exist, because .*give consulTokenSsm or consulTokenSecret\.$/,
    ],
    [
      'a key in the package',
      { consulClientKey: 'certs/key.pem' },
      /^The parameter consulClientKey does not exist, because .*give consulClientKeySsm or consulClientKeySecret\.$/,
    ],
    [
      'two places for the token',
      { consulTokenSsm: 'token', consulTokenSecret: 'token' },
      /^The parameter consulTokenSsm and the parameter consulTokenSecret are set together: keep one of them\.$/,
    ],
    [
      'a token beside a login',
      { consulTokenSsm: 'token', consulAuthMethod: 'aws-lambda' },
      /^The parameter consulAuthMethod and the parameter consulTokenSsm are set together: a login gives its own token\.$/,
    ],
    [
      'half a login',
      { consulAuthServerId: 'consul' },
      /^The parameter consulAuthServerId is set but the parameter consulAuthMethod is not/,
    ],
    [
      'the token in the address',
      { consulAddr: 'http://token@consul:8500' },
      /in the parameter consulAddr carries a user name or password: give the token as the parameter consulTokenSsm or consulTokenSecret instead\.$/,
    ],
    [
      'a certificate without its key',
      { consulClientCert: 'certs/rdsproxy.pem' },
      /^The parameter consulClientCert is set but the parameter consulClientKeySsm or consulClientKeySecret is not/,
    ],
    [
      'no name of a parameter',
      { consulTokenSsm: 'my token' },
      /^The parameter consulTokenSsm is not the name or ARN of a parameter in SSM Parameter Store, for example \/consul/,
    ],
    [
      'two keys in a secret',
      { consulTokenSecret: 'consul#a#b' },
      /^The parameter consulTokenSecret is not the name or ARN of a secret in Secrets Manager/,
    ],
    [
      'a secret for a parameter',
      { consulTokenSsm: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:consul/token-a1B2c3' },
      /^The parameter consulTokenSsm is "arn:.*", which is not the ARN of a parameter: for example \/consul/,
    ],
    [
      'a parameter for a secret',
      { consulTokenSecret: 'arn:aws:ssm:eu-west-1:123456789012:parameter/consul/token' },
      /^The parameter consulTokenSecret is "arn:.*", which is not the ARN of a secret: for example consul\//,
    ],
    [
      'a file that is not there',
      { consulCaCert: 'certs/other.pem' },
      /^The parameter consulCaCert names the file certs\/other\.pem, which cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a file that is no PEM',
      { consulCaCert: 'certs/ca.der' },
      /^The parameter consulCaCert names a file that holds no PEM block/,
    ],
    ...['/etc/ssl/ca.pem', '../ca.pem', 'certs/../../ca.pem', 'certs/*.pem', 'certs/', CERTIFICATE].map(
      (consulCaCert): [string, Record<string, unknown>, RegExp] => [
        `what is no file of this repository (${consulCaCert.slice(0, 20)})`,
        { consulCaCert },
        /^The parameter consulCaCert must be a file in this repository, by its path from there: for example certs\/consul-ca\.pem\.$/,
      ],
    ),
    [
      'a file with a private key',
      { consulClientCert: 'certs/with-key.pem', consulClientKeySsm: 'key' },
      /^The parameter consulClientCert names a file with a private key, which must not be packaged/,
    ],
    [
      'half a certificate',
      { consulCaCert: 'certs/half.pem' },
      /^The parameter consulCaCert names a file without a whole certificate: for example/,
    ],
    [
      'a certificate that is none',
      { consulCaCert: 'certs/broken.pem' },
      /^The parameter consulCaCert names a file with a certificate that cannot be read: for example/,
    ],
    [
      'an unknown consistency',
      { consulConsistency: 'strong' },
      /^The parameter consulConsistency, "strong", must be one of default, stale, consistent\.$/,
    ],
    [
      'an age without a number',
      { consulMaxStale: '5s' },
      /^The parameter consulMaxStale, "5s", must be a number of seconds/,
    ],
    [
      'the alias of a key',
      { consulTokenSsm: 'token', secretsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/consul' },
      /^The parameter secretsKeyArn is "arn:.*", which is not the ARN of a key \(an alias is none\): for example arn/,
    ],
    [
      'a key for nothing',
      { consulAuthMethod: 'aws-lambda', secretsKeyArn: KEY },
      /^The parameter secretsKeyArn is of no use where nothing is kept in SSM Parameter Store or Secrets Manager/,
    ],
  ])('stops the command with one sentence: %s', (_, own, message) => {
    const more = {
      'certs/ca.der': '0\u0082',
      'certs/with-key.pem': `${CERTIFICATE}-----BEGIN PRIVATE KEY-----\n`,
      'certs/half.pem': CERTIFICATE.slice(0, 200),
      'certs/broken.pem': CERTIFICATE.replace('MII', 'MIX'),
    };
    const error = caught(() => deploy(own, RECORDS, { ...files, ...more }));
    expect(error).toMatch(message);
    expect(error).not.toContain('\n');
    expect(error).not.toContain('b1946ac9');
  });

  it('is a certificate that has expired, unless it is one CA of several', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2127-01-01T00:00:00Z') });
    const own = { consulCaCert: 'certs/consul-ca.pem' };
    expect(() => deploy(own, RECORDS, files)).toThrow(
      /^The parameter consulCaCert names a file whose certificate expired at 2126-10-29T18:03:28\.000Z: for example/,
    );
    vi.setSystemTime(Date.parse('2126-01-01T00:00:00Z'));
    expect(() => deploy(own, RECORDS, files)).not.toThrow();
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
