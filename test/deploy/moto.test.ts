import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { INSTALL_TIMEOUT } from '../real-parts/python.ts';
import { mayDeploy } from './deployer.ts';
import { type OnMoto, startOnMoto } from './on-moto.ts';
import { asParams } from './sls.ts';

// A deployment takes moto about 20 s on an idle machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: INSTALL_TIMEOUT });

const FUNCTION = 'consul-route53-updater-dev-update';

let started: Awaited<ReturnType<typeof startOnMoto>>;

beforeAll(async () => {
  started = await startOnMoto();
});
afterAll(async () => {
  if ('close' in started) await started.close();
});
beforeEach((context) => {
  if ('unavailable' in started) context.skip(started.unavailable);
});

function emulator(): OnMoto {
  if ('unavailable' in started) throw new Error(started.unavailable);
  return started;
}

/** What a stage needs besides its VPC, and nothing of it an example; and what moto does not follow in a change. */
const OWN = {
  ...{ hostedZoneId: 'Z0ABCDEF', alarmEmail: 'operations@corp.internal', dashboard: 'true' },
  reservedConcurrency: '3',
};

const sls = (command: string, ...args: readonly string[]) => emulator().sls(command, ...args);

/** What a stack may leave behind, by kind. The default security groups are moto's. */
async function everything() {
  const [functions, rules, roles, topics, logs, alarms, dashboards, buckets, groups, stacks] =
    await emulator().aws<readonly Record<string, unknown>[]>(
      ['lambda', 'list_functions'],
      ['events', 'list_rules'],
      ['iam', 'list_roles'],
      ['sns', 'list_topics'],
      ['logs', 'describe_log_groups'],
      ['cloudwatch', 'describe_alarms'],
      ['cloudwatch', 'list_dashboards'],
      ['s3', 'list_buckets'],
      ['ec2', 'describe_security_groups', { Filters: [{ Name: 'vpc-id', Values: [emulator().site.vpcId] }] }],
      ['cloudformation', 'list_stacks', { StackStatusFilter: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] }],
    );
  const named = groups?.['SecurityGroups'] as readonly { GroupName: string }[] | undefined;
  return {
    functions: functions?.['Functions'],
    rules: rules?.['Rules'],
    roles: roles?.['Roles'],
    topics: topics?.['Topics'],
    logs: logs?.['logGroups'],
    alarms: alarms?.['MetricAlarms'],
    dashboards: dashboards?.['DashboardEntries'],
    buckets: buckets?.['Buckets'],
    groups: named?.filter(({ GroupName }) => GroupName !== 'default'),
    stacks: stacks?.['StackSummaries'],
  };
}

const NOTHING = {
  ...{ functions: [], rules: [], roles: [], topics: [], logs: [] },
  ...{ alarms: [], dashboards: [], buckets: [], groups: [], stacks: [] },
};

describe('sls deploy against moto', () => {
  beforeAll(async () => {
    if (!('unavailable' in started)) await sls('deploy', ...asParams(OWN));
  });

  it('creates the function in the subnets, with its settings', async () => {
    const [{ Configuration: configuration }, concurrency] = await emulator().aws<
      [{ Configuration: Record<string, unknown> }, object]
    >(
      ['lambda', 'get_function', { FunctionName: FUNCTION }],
      ['lambda', 'get_function_concurrency', { FunctionName: FUNCTION }],
    );
    expect(configuration).toMatchObject({
      // Architecture and tracing do not get through moto's CloudFormation; package.test.ts has them.
      ...{ Runtime: 'nodejs24.x', Handler: 'dist/update.handler', MemorySize: 128, Timeout: 80 },
      VpcConfig: {
        SubnetIds: emulator().site.subnetIds.split(','),
        SecurityGroupIds: [expect.stringMatching(/^sg-/)],
      },
      Environment: {
        Variables: {
          CONSUL_HTTP_ADDR: 'https://consul.corp.internal:8501',
          HOSTED_ZONE_ID: OWN.hostedZoneId,
          WATCH_SECONDS: '75',
          OWNER_ID: 'consul-route53-updater-dev',
          POWERTOOLS_SERVICE_NAME: 'consul-route53-updater-dev',
          RECORDS: expect.stringContaining('"name":"rdsproxy.corp.internal"'),
        },
      },
    });
    // Without it there is none: package.test.ts.
    expect(concurrency).toEqual({ ReservedConcurrentExecutions: 3 });
  });

  it('lets the schedule, and only the schedule, invoke it every minute', async () => {
    const [{ Rules: rules }, { Policy: policy }] = await emulator().aws<
      [{ Rules: { Name: string; Arn: string }[] }, { Policy: string }]
    >(['events', 'list_rules'], ['lambda', 'get_policy', { FunctionName: FUNCTION }]);
    expect(rules).toMatchObject([{ State: 'ENABLED', ScheduleExpression: 'rate(1 minute)' }]);
    const [{ Targets: targets }] = await emulator().aws<[{ Targets: { Arn: string }[] }]>([
      'events',
      'list_targets_by_rule',
      { Rule: rules[0]?.Name },
    ]);
    expect(targets.map(({ Arn }) => Arn)).toEqual([
      expect.stringMatching(new RegExp(`:function:${FUNCTION}$`)),
    ]);
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'lambda:InvokeFunction',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnLike: { 'AWS:SourceArn': rules[0]?.Arn } },
        },
      ],
    });
  });

  it('gives the role its policy, with all references resolved, and no managed one', async () => {
    const [{ Roles: roles }] = await emulator().aws<[{ Roles: { RoleName: string; Arn: string }[] }]>([
      'iam',
      'list_roles',
    ]);
    const RoleName = roles[0]?.RoleName;
    const [role, attached, { Configuration: configuration }] = await emulator().aws<
      [
        { PolicyDocument: { Statement: readonly object[] } },
        object,
        { Configuration: { Role: string; VpcConfig: { SecurityGroupIds: string[] } } },
      ]
    >(
      ['iam', 'get_role_policy', { RoleName, PolicyName: 'update' }],
      ['iam', 'list_attached_role_policies', { RoleName }],
      ['lambda', 'get_function', { FunctionName: FUNCTION }],
    );
    expect(configuration.Role).toBe(roles[0]?.Arn);
    expect(attached).toMatchObject({ AttachedPolicies: [] });
    const ec2 = 'arn:aws:ec2:eu-west-1:123456789012';
    const create = [
      `${ec2}:network-interface/*`,
      ...emulator()
        .site.subnetIds.split(',')
        .map((id) => `${ec2}:subnet/${id}`),
      `${ec2}:security-group/${configuration.VpcConfig.SecurityGroupIds[0]}`,
    ];
    const self = { 'lambda:SourceFunctionArn': `arn:aws:lambda:eu-west-1:123456789012:function:${FUNCTION}` };
    // Who may do what by them, rights.test.ts asks.
    const expected = [
      { Resource: `arn:aws:route53:::hostedzone/${OWN.hostedZoneId}` },
      { Action: ['ec2:CreateNetworkInterface'], Resource: create },
      { Effect: 'Deny', Condition: { ArnEquals: self } },
      { Resource: `arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/${FUNCTION}:*` },
    ].map((statement) => expect.objectContaining(statement));
    expect(role.PolicyDocument.Statement).toEqual(expect.arrayContaining(expected));
  });

  it('keeps the log for 30 days, and tells the address of trouble', async () => {
    const [logs, { Topics: topics }] = await emulator().aws<[object, { Topics: { TopicArn: string }[] }]>(
      ['logs', 'describe_log_groups'],
      ['sns', 'list_topics'],
    );
    expect(logs).toMatchObject({
      logGroups: [{ logGroupName: `/aws/lambda/${FUNCTION}`, retentionInDays: 30 }],
    });
    const [subscriptions] = await emulator().aws([
      'sns',
      'list_subscriptions_by_topic',
      { TopicArn: topics[0]?.TopicArn },
    ]);
    expect(subscriptions).toMatchObject({
      Subscriptions: [{ Protocol: 'email', Endpoint: OWN.alarmEmail }],
    });
    const [topic] = await emulator().aws(['sns', 'get_topic_attributes', { TopicArn: topics[0]?.TopicArn }]);
    expect(topic).toMatchObject({ Attributes: { KmsMasterKeyId: expect.stringMatching(/:key\//) } });
  });

  it('creates a dashboard, and no endpoint, which nobody asked for', async () => {
    const [dashboard, endpoints] = await emulator().aws<[{ DashboardBody: string }, object]>(
      ['cloudwatch', 'get_dashboard', { DashboardName: 'consul-route53-updater-dev-eu-west-1' }],
      ['ec2', 'describe_vpc_endpoints'],
    );
    expect(dashboard.DashboardBody).toContain(`"${FUNCTION}"`);
    expect(dashboard.DashboardBody).not.toContain('${');
    expect(endpoints).toMatchObject({ VpcEndpoints: [] });
  });

  // Those are asserted on the packaged template (package.test.ts, observability.test.ts) and by cfn-lint. When
  // moto learns to create one, this test asks to read it back here instead.
  it('leaves out what moto does not know', async () => {
    const [{ StackResourceSummaries: created }] = await emulator().aws<
      [{ StackResourceSummaries: { LogicalResourceId: string }[] }]
    >(['cloudformation', 'list_stack_resources', { StackName: 'consul-route53-updater-dev' }]);
    const ids = new Set(created.map(({ LogicalResourceId }) => LogicalResourceId));
    const skipped = Object.entries(await emulator().project.resources()).filter(([id]) => !ids.has(id));
    expect([...new Set(skipped.map(([, { Type }]) => Type))].sort()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::S3::BucketPolicy',
      'AWS::SNS::TopicPolicy',
    ]);
  });
});

describe('sls deploy of a change, where the stage has its records only, with every parameter on the command line', () => {
  const own = {
    region: 'eu-west-1',
    consulAddr: 'https://10.20.0.10:8501,https://10.20.1.10:8501',
    hostedZoneId: 'Z1',
    consulCidr: '10.20.0.0/16',
    route53Endpoint: 'true',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations',
    watchSeconds: '0',
  };

  beforeAll(async () => {
    if ('unavailable' in started) return;
    await emulator().project.writeStage('dev');
    await sls('deploy', ...asParams(own));
  });

  it('creates the endpoint in the subnets, behind a group of its own', async () => {
    const [{ VpcEndpoints: endpoints }] = await emulator().aws<
      [{ VpcEndpoints: { Groups: { GroupName: string }[] }[] }]
    >(['ec2', 'describe_vpc_endpoints']);
    expect(endpoints).toMatchObject([
      {
        ...{
          VpcEndpointType: 'Interface',
          ServiceName: 'com.amazonaws.route53',
          VpcId: emulator().site.vpcId,
        },
        ...{ SubnetIds: emulator().site.subnetIds.split(','), PrivateDnsEnabled: true },
        Groups: [{ GroupName: expect.stringContaining('Route53EndpointSecurityGroup') }],
      },
    ]);
  });

  it('uses the topic, and looks once a minute', async () => {
    const [{ Configuration: configuration }, topics] = await emulator().aws<
      [{ Configuration: object }, object]
    >(['lambda', 'get_function', { FunctionName: FUNCTION }], ['sns', 'list_topics']);
    expect(configuration).toMatchObject({
      Timeout: 30,
      Environment: {
        Variables: {
          CONSUL_HTTP_ADDR: own.consulAddr,
          WATCH_SECONDS: '0',
          POWERTOOLS_SERVICE_NAME: 'consul-route53-updater-dev',
        },
      },
    });
    expect(topics).toMatchObject({ Topics: [] });
  });

  it('is taken back by sls rollback', async () => {
    const { stdout } = await sls('deploy list', ...asParams(own));
    const [, first = ''] = /Timestamp: (\d+)/.exec(stdout) ?? [];
    await sls('rollback', '--timestamp', first, ...asParams(own));
    const [configuration] = await emulator().aws([
      'lambda',
      'get_function_configuration',
      { FunctionName: FUNCTION },
    ]);
    expect(configuration).toMatchObject({ Timeout: 80 });
  });

  // moto leaves endpoints of removed stacks where they are.
  it('is taken back by sls remove, and nothing is left', async () => {
    await sls('remove', ...asParams(own));
    expect(await everything()).toEqual(NOTHING);
  });
});

// What CloudFormation asks for in their name, moto does not say; deployer.test.ts has it.
it('whoever has the policy for it may make each call that Serverless made', () => {
  // The first takes no right; where the second is refused, `sls remove` takes it that there is none.
  const free = ['sts:GetCallerIdentity', 'ecr:DescribeRepositories'];
  const calls = emulator().calls.filter(({ action }) => !free.includes(action));
  expect(calls.length).toBeGreaterThan(20);
  const refused = calls.filter(({ action, resource }) => !mayDeploy(action, 'serverless', resource));
  expect(refused).toEqual([]);
});
