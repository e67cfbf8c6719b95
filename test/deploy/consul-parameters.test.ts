import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../deploy/parameters.ts';
import { CONSUL, deploy, FILES, KEY, propertiesOf, RECORDS } from './site.ts';

describe('what the function is told of Consul', () => {
  it('is what the parameters say', () => {
    const { environment, patterns } = deploy(CONSUL, RECORDS, FILES);
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
    expect(patterns).toEqual(['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt', 'certs/consul-ca.pem']);
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
    expect(deploy(own, RECORDS, FILES).environment).toEqual({ ...deploy().environment, ...variables });
  });

  it('packages a file once that is both', () => {
    const both = { consulCaCert: 'certs/rdsproxy.pem', consulClientCert: 'certs/rdsproxy.pem' };
    const { patterns } = deploy({ ...both, consulClientKeySsm: 'key' }, RECORDS, FILES);
    expect(patterns).toEqual(['!**', 'dist/*.{cjs,mjs}', 'dist/NOTICES.txt', 'certs/rdsproxy.pem']);
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
    const { environment, patterns } = deploy(CONSUL, records, FILES);
    expect(environment).toMatchObject({ RECORDS_FILE: 'dist/records.json' });
    expect(JSON.stringify(environment).length).toBeLessThanOrEqual(4_096);
    expect(patterns).toEqual([
      '!**',
      'dist/*.{cjs,mjs}',
      'dist/NOTICES.txt',
      'certs/consul-ca.pem',
      'dist/records.json',
    ]);
  });

  it('must fit into what Lambda takes', () => {
    const consulAddr = Array.from({ length: 200 }, (_, i) => `http://10.20.30.${i}:8500`).join();
    expect(() => deploy({ consulAddr })).toThrow(
      /^stages\/dev\.yml: the parameters make \d{4} bytes of variables, and Lambda takes 4096: shorten them, consulAddr for example\.$/,
    );
  });
});

describe('the rights to fetch secrets', () => {
  const secretRights = (own: Record<string, unknown>) =>
    deploy(own, RECORDS, FILES).statements.filter(({ Action }) =>
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
  ])('are for %s exactly that one', (consulTokenSsm, resource) => {
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
