import { describe, expect, it } from 'vitest';
import { readServerlessFile } from '../../deploy/serverless-file.ts';
import { type Stack, stackOf } from '../../deploy/template.ts';
import { terraformOf } from '../../deploy/terraform.ts';
import { CONSUL, DEPLOYED, deploy, FILES, RECORDS } from './site.ts';

type Named = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Configuration {
  readonly provider: object;
  readonly resource: Readonly<Record<string, Named>>;
  readonly output: object;
}

const ZIP = { region: 'eu-west-1', zip: 'updater.zip' };
const configure = (stack: Stack) => terraformOf(stack, ZIP) as Configuration;

/** Everything that can stand together. */
const deployment = deploy(
  {
    ...{ ...CONSUL, route53Endpoint: true, dashboard: true, metricsByRecord: true },
    ...{ failedEventsQueue: true, xray: true, reservedConcurrency: 4 },
  },
  RECORDS,
  FILES,
);
const stack = stackOf(readServerlessFile(deployment), DEPLOYED.service);
const { resource, ...rest } = configure(stack);

const one = (type: string, name: string) => resource[type]?.[name] ?? {};

/** What CloudFormation would put in, in Terraform's words. */
const REFERENCES: readonly (readonly [cloudFormation: RegExp, terraform: string])[] = [
  [/\$\{AWS::Partition\}/g, `\${data.aws_partition.current.partition}`],
  [/\$\{AWS::Region\}/g, `\${data.aws_region.current.id}`],
  [/\$\{AWS::AccountId\}/g, `\${data.aws_caller_identity.current.account_id}`],
  [/\{"Fn::GetAtt":\["(UpdateSecurityGroup)","GroupId"\]\}/g, `"\${aws_security_group.$1.id}"`],
  [/\{"Fn::GetAtt":\["(FailedEvents)","Arn"\]\}/g, `"\${aws_sqs_queue.$1.arn}"`],
  [/\{"Fn::Sub":\["([^"]*)\$\{Group\}",\{"Group":"([^"]*)"\}\]\}/g, '"$1$2"'],
  [/\{"Fn::Sub":("(?:[^"\\]|\\.)*")\}/g, '$1'],
];

describe('a stage for Terraform', () => {
  it('has every resource of the stack, by the same name', () => {
    const names = new Set(Object.values(resource).flatMap((named) => Object.keys(named)));
    expect([...names]).toEqual(expect.arrayContaining(Object.keys(stack.resources)));
  });

  it('has the function, with the settings of the stage and its zip', () => {
    expect(one('aws_lambda_function', 'UpdateLambdaFunction')).toMatchObject({
      function_name: 'updater-dev-update',
      ...{ handler: 'dist/update.handler', runtime: 'nodejs24.x', architectures: ['arm64'] },
      ...{ memory_size: deployment.memory, timeout: deployment.timeout, reserved_concurrent_executions: 4 },
      environment: { variables: deployment.environment },
      vpc_config: {
        subnet_ids: deployment.vpc.subnetIds,
        security_group_ids: [`\${aws_security_group.UpdateSecurityGroup.id}`],
      },
      tracing_config: { mode: 'Active' },
      role: `\${aws_iam_role.UpdateRole.arn}`,
      filename: `\${path.module}/updater.zip`,
      source_code_hash: `\${filebase64sha256("\${path.module}/updater.zip")}`,
    });
  });

  it('gives the role exactly the rights that are derived', () => {
    const rights = REFERENCES.reduce(
      (text, [pattern, words]) => text.replaceAll(pattern, words),
      JSON.stringify(deployment.statements),
    );
    expect(Object.keys(resource['aws_iam_role_policy'] ?? {})).toEqual(['UpdateRole']);
    const policy = JSON.parse(String(one('aws_iam_role_policy', 'UpdateRole')['policy']));
    expect(policy).toEqual({ Version: '2012-10-17', Statement: JSON.parse(rights) });
    expect(JSON.parse(String(one('aws_iam_role', 'UpdateRole')['assume_role_policy']))).toMatchObject({
      Statement: [{ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  it('invokes it every minute, and repeats nothing', () => {
    const rule = 'UpdateEventsRuleSchedule1';
    expect(one('aws_cloudwatch_event_rule', rule)).toMatchObject({ schedule_expression: 'rate(1 minute)' });
    expect(one('aws_cloudwatch_event_target', rule)).toMatchObject({
      rule: `\${aws_cloudwatch_event_rule.${rule}.name}`,
      arn: `\${aws_lambda_function.UpdateLambdaFunction.arn}`,
    });
    expect(one('aws_lambda_permission', 'UpdateLambdaPermissionEventsRuleSchedule1')).toMatchObject({
      source_arn: `\${aws_cloudwatch_event_rule.${rule}.arn}`,
    });
    expect(one('aws_lambda_function_event_invoke_config', 'UpdateLambdaEvConf')).toMatchObject({
      ...{ maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 },
      destination_config: { on_failure: { destination: `\${aws_sqs_queue.FailedEvents.arn}` } },
    });
  });

  it('opens no other ports, and creates the endpoint', () => {
    const properties = stack.resources['UpdateSecurityGroup'] as unknown as {
      readonly Properties: { readonly SecurityGroupEgress: readonly { readonly ToPort: number }[] };
    };
    const ports = Object.values(resource['aws_vpc_security_group_egress_rule'] ?? {}).map(
      (rule) => rule['to_port'],
    );
    expect(ports).toEqual(properties.Properties.SecurityGroupEgress.map(({ ToPort }) => ToPort));
    expect(resource['aws_security_group']?.['UpdateSecurityGroup']).not.toHaveProperty('egress');
    expect(one('aws_vpc_endpoint', 'Route53Endpoint')).toMatchObject({ service_region: 'us-east-1' });
  });

  it('has the alarms, which go to the topic, and the dashboard', () => {
    const alarms = Object.entries(resource['aws_cloudwatch_metric_alarm'] ?? {});
    expect(alarms.map(([name]) => name)).toEqual(
      Object.keys(stack.resources).filter((id) => id.endsWith('Alarm')),
    );
    for (const [, alarm] of alarms)
      expect(alarm).toMatchObject({ alarm_actions: [`\${aws_sns_topic.AlarmTopic.arn}`] });
    expect(one('aws_cloudwatch_metric_alarm', 'HeldAlarm')).toMatchObject({
      alarm_name: 'updater-dev-held',
      dimensions: { service: 'updater-dev' },
    });
    const body = String(one('aws_cloudwatch_dashboard', 'Dashboard')['dashboard_body']);
    expect(body).toContain(`\${aws_lambda_function.UpdateLambdaFunction.function_name}`);
    expect(body).not.toContain('AWS::');
  });

  it('is of the Region of the stage', () => {
    expect(rest).toMatchObject({ provider: { aws: { region: 'eu-west-1' } } });
  });
});

describe('what Terraform would take for its own', () => {
  const group = (properties: object): Stack => ({
    resources: {
      ...stack.resources,
      UpdateLogGroup: { Type: 'AWS::Logs::LogGroup', Properties: properties },
    },
    outputs: {},
  });

  it('is left as it is', () => {
    const { resource: made } = configure(group({ LogGroupName: `a \${b} %{c} $ {` }));
    expect(made['aws_cloudwatch_log_group']?.['UpdateLogGroup']).toEqual({ name: `a $\${b} %%{c} $ {` });
  });

  it('is never left out in silence', () => {
    expect(() => configure(group({ KmsKeyId: 'key' }))).toThrow('KmsKeyId of AWS::Logs::LogGroup');
    const queue = {
      resources: { ...stack.resources, Q: { Type: 'AWS::X::Y', Properties: {} } },
      outputs: {},
    };
    expect(() => configure(queue)).toThrow('Terraform has no word for AWS::X::Y');
  });
});
