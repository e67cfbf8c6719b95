import { describe, expect, it } from 'vitest';
import { arnOf, isAllowed, type Keys } from './iam.ts';
import { deploy, KEY, PARAMETERS, RECORDS } from './site.ts';

/** A token, a secret and a key of one's own, so that the role has every kind of right. */
const SITE = {
  ...{ consulTokenSsm: '/consul/token', consulCaCertSecret: 'consul/tls#ca', secretsKeyArn: KEY },
  ...{ securityGroupIds: 'sg-0123456789abcdef0', failedEventsQueue: true, xray: true },
};

const FUNCTION = arnOf('lambda', 'function:updater-dev-update');
/** IAM is told of the function wherever its own code asks. Lambda acts in the role's name without that. */
const CODE: Keys = { 'lambda:SourceFunctionArn': [FUNCTION] };
const LAMBDA: Keys = {};

const via = (service: string): Keys => ({
  ...CODE,
  'kms:ViaService': [`${service}.eu-west-1.amazonaws.com`],
});
const zone = (id: string) => `arn:aws:route53:::hostedzone/${id}`;
const [OWN_SUBNET = ''] = PARAMETERS.subnetIds.split(', ');
const subnet = (id: string) => arnOf('ec2', `subnet/${id}`);
const group = (id: string) => arnOf('ec2', `security-group/${id}`);
const log = (name: string) => arnOf('logs', `log-group:/aws/lambda/${name}:log-stream:1`);
const INTERFACE = arnOf('ec2', 'network-interface/eni-1');
const change = (name: string): Keys => ({
  ...CODE,
  'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name],
  'route53:ChangeResourceRecordSetsRecordTypes': ['A'],
});

type Row = readonly [what: string, action: string, resource: string, keys?: Keys];

/** Where nothing else is said, the function's own code asks. */
const complete = (rows: readonly Row[]) =>
  rows.map(([what, action, resource, keys = CODE]) => [what, action, resource, keys] as const);

const MAY: readonly Row[] = [
  // Lambda asks itself these before it creates a function in a VPC, and without naming a resource.
  ...[
    'AssignPrivateIpAddresses',
    'DeleteNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'UnassignPrivateIpAddresses',
  ].map((action): Row => ['Lambda, on all resources', `ec2:${action}`, '*', LAMBDA]),
  ['Lambda, in a subnet of the function', 'ec2:CreateNetworkInterface', subnet(OWN_SUBNET), LAMBDA],
  ['Lambda, with its group', 'ec2:CreateNetworkInterface', group('sg-0123456789abcdef0'), LAMBDA],
  ['Lambda, an interface', 'ec2:CreateNetworkInterface', arnOf('ec2', 'network-interface/*'), LAMBDA],
  ['Lambda, that interface', 'ec2:DeleteNetworkInterface', INTERFACE, LAMBDA],
  ['the code, its zone', 'route53:GetHostedZone', zone(PARAMETERS.hostedZoneId)],
  ['the code, its zone', 'route53:ListResourceRecordSets', zone(PARAMETERS.hostedZoneId)],
  [
    'the code, its record',
    'route53:ChangeResourceRecordSets',
    zone(PARAMETERS.hostedZoneId),
    change('rdsproxy.corp.internal'),
  ],
  ['the code, what became of a change', 'route53:GetChange', 'arn:aws:route53:::change/C0123456789ABCDEF'],
  ['the code, the token', 'ssm:GetParameter', arnOf('ssm', 'parameter/consul/token')],
  ['the code, the CA', 'secretsmanager:GetSecretValue', arnOf('secretsmanager', 'secret:consul/tls-a1B2c3')],
  ['the code, by way of SSM', 'kms:Decrypt', KEY, via('ssm')],
  ['the code, by way of Secrets Manager', 'kms:Decrypt', KEY, via('secretsmanager')],
  ['the code, its log', 'logs:CreateLogStream', log('updater-dev-update')],
  ['the code, its log', 'logs:PutLogEvents', log('updater-dev-update')],
  ['Lambda, an event whose run failed', 'sqs:SendMessage', 'Arn-of-FailedEvents', LAMBDA],
  ['the code, traces', 'xray:PutTraceSegments', '*'],
];

const MAY_NOT: readonly Row[] = [
  ...['AssignPrivateIpAddresses', 'DeleteNetworkInterface', 'UnassignPrivateIpAddresses'].flatMap(
    (action): readonly Row[] => [
      ['the code, on all resources', `ec2:${action}`, '*'],
      ['the code, an interface', `ec2:${action}`, INTERFACE],
    ],
  ),
  ['the code, in a subnet of the function', 'ec2:CreateNetworkInterface', subnet(OWN_SUBNET)],
  ['the code, subnets', 'ec2:DescribeSubnets', '*'],
  ['Lambda, in another subnet', 'ec2:CreateNetworkInterface', subnet('subnet-1'), LAMBDA],
  ['Lambda, with another group', 'ec2:CreateNetworkInterface', group('sg-1'), LAMBDA],
  ['Lambda, other things of EC2', 'ec2:TerminateInstances', arnOf('ec2', 'instance/i-1'), LAMBDA],
  ['the code, another zone', 'route53:GetHostedZone', zone('Z2')],
  ['the code, all zones', 'route53:ListHostedZones', '*'],
  ['the code, its zone itself', 'route53:DeleteHostedZone', zone(PARAMETERS.hostedZoneId)],
  [
    'the code, another name',
    'route53:ChangeResourceRecordSets',
    zone(PARAMETERS.hostedZoneId),
    change('db.corp.internal'),
  ],
  ['the code, what is not told of', 'route53:ChangeResourceRecordSets', zone(PARAMETERS.hostedZoneId)],
  ['the code, another parameter', 'ssm:GetParameter', arnOf('ssm', 'parameter/consul/token2')],
  ['the code, one below', 'ssm:GetParameter', arnOf('ssm', 'parameter/consul/token/root')],
  ['the code, the token', 'ssm:PutParameter', arnOf('ssm', 'parameter/consul/token')],
  [
    'the code, a secret',
    'secretsmanager:GetSecretValue',
    arnOf('secretsmanager', 'secret:consul/tls-2-a1B2c3'),
  ],
  ['the code, the key by itself', 'kms:Decrypt', KEY],
  ['the code, the key for another service', 'kms:Decrypt', KEY, via('s3')],
  ['the code, another key', 'kms:Decrypt', KEY.replace('1234abcd', '00000000'), via('ssm')],
  ["the code, another function's log", 'logs:PutLogEvents', log('updater-prod-update')],
  ['the code, a log group', 'logs:CreateLogGroup', arnOf('logs', 'log-group:/aws/lambda/updater-dev-update')],
  ['the code, the topic of the alarms', 'sns:Publish', 'ref-of-AlarmTopic'],
  ['the code, itself', 'lambda:UpdateFunctionCode', FUNCTION],
  ['the code, another role', 'sts:AssumeRole', 'arn:aws:iam::210987654321:role/route53-updater'],
  ['the code, its own role', 'iam:PutRolePolicy', 'arn:aws:iam::123456789012:role/updater'],
];

const { statements } = deploy(SITE, RECORDS);
const decide = (action: string, resource: string, keys: Keys, by = statements) =>
  isAllowed(by, { action, resource, keys });

describe('the role allows', () => {
  it.each(complete(MAY))('%s: %s on %s', (_, action, resource, keys) =>
    expect(decide(action, resource, keys)).toBe(true),
  );

  it('nothing that no row above tells of', () => {
    const told = new Set(MAY.map(([, action]) => action));
    const unused = statements.flatMap(({ Action }) => Action).filter((action) => !told.has(action));
    expect(['xray:PutTelemetryRecords']).toEqual(expect.arrayContaining(unused));
  });
});

describe('the role does not allow', () => {
  it.each(complete(MAY_NOT))('%s: %s on %s', (_, action, resource, keys) =>
    expect(decide(action, resource, keys)).toBe(false),
  );
});

it('the role does not allow traces where nobody asked for them', () => {
  expect(decide('xray:PutTraceSegments', '*', CODE, deploy().statements)).toBe(false);
});

describe('where the policy of an organisation forbids to narrow them', () => {
  const wide = deploy({ ...SITE, wideNetworkRights: true }).statements;

  it('Lambda may create interfaces anywhere, and the code still nowhere', () => {
    for (const resource of ['*', subnet('subnet-1'), subnet(OWN_SUBNET)]) {
      expect(decide('ec2:CreateNetworkInterface', resource, LAMBDA, wide)).toBe(true);
      expect(decide('ec2:CreateNetworkInterface', resource, CODE, wide)).toBe(false);
    }
  });

  it('nothing else changes', () => {
    const others = (by: typeof statements) =>
      by.filter(({ Action }) => Action.join() !== 'ec2:CreateNetworkInterface');
    expect(others(wide)).toEqual(others(statements));
  });
});
