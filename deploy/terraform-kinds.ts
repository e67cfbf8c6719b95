/** Resources of Terraform by type and name. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** What a property of CloudFormation is in Terraform: arguments of the same resource, or resources beside it. */
export interface Part {
  readonly arguments?: object;
  readonly resources?: Blocks;
}

/** The resource that a property belongs to: its logical ID, and an expression that refers to it. */
interface Owner {
  readonly id: string;
  readonly reference: string;
}

/** A kind of resource in Terraform's words. */
export interface Kind {
  readonly type: string;
  /** The attribute that CloudFormation's `Ref` stands for. */
  readonly ref: string;
  /** The argument for each property, whose value is a template already; or what it is instead. */
  readonly properties: Readonly<Record<string, string | ((value: never, owner: Owner) => Part)>>;
  /** Arguments that no property says. */
  readonly always?: object;
}

/** A document that Terraform takes as a text of JSON. */
const json =
  (argument: string) =>
  (value: object): Part => ({ arguments: { [argument]: JSON.stringify(value) } });

/** A resource beside its owner for each one of a list. */
const each =
  <T>(type: string, write: (one: T, owner: Owner) => object) =>
  (list: readonly T[], owner: Owner): Part => {
    const named = list.map((one, i) => [i === 0 ? owner.id : `${owner.id}${i + 1}`, write(one, owner)]);
    return { resources: { [type]: Object.fromEntries(named) } };
  };

interface Rule {
  readonly IpProtocol: string;
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIp?: string;
  readonly DestinationSecurityGroupId?: string;
  readonly Description: string;
}

const rules = (direction: 'egress' | 'ingress') =>
  each(`aws_vpc_security_group_${direction}_rule`, (rule: Rule, { reference }) => ({
    security_group_id: reference,
    ip_protocol: rule.IpProtocol,
    from_port: rule.FromPort,
    to_port: rule.ToPort,
    cidr_ipv4: rule.CidrIp,
    referenced_security_group_id: rule.DestinationSecurityGroupId,
    description: rule.Description,
  }));

/** Terraform would otherwise call them `terraform-…`. */
const named = { name_prefix: 'consul-route53-updater-' };

/**
 * The kinds of resources that a stack may have.
 * https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs/r
 */
export const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::Logs::LogGroup': {
    ...{ type: 'aws_cloudwatch_log_group', ref: 'name' },
    properties: { LogGroupName: 'name', RetentionInDays: 'retention_in_days' },
  },
  'AWS::Lambda::Function': {
    ...{ type: 'aws_lambda_function', ref: 'function_name' },
    properties: {
      FunctionName: 'function_name',
      Description: 'description',
      Handler: 'handler',
      Runtime: 'runtime',
      Architectures: 'architectures',
      MemorySize: 'memory_size',
      Timeout: 'timeout',
      Role: 'role',
      ReservedConcurrentExecutions: 'reserved_concurrent_executions',
      Environment: ({ Variables }: { Variables: object }) => ({
        arguments: { environment: { variables: Variables } },
      }),
      VpcConfig: ({ SecurityGroupIds, SubnetIds }: { SecurityGroupIds: object; SubnetIds: object }) => ({
        arguments: { vpc_config: { security_group_ids: SecurityGroupIds, subnet_ids: SubnetIds } },
      }),
      TracingConfig: ({ Mode }: { Mode: string }) => ({ arguments: { tracing_config: { mode: Mode } } }),
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    ...{ type: 'aws_lambda_function_event_invoke_config', ref: 'id' },
    properties: {
      FunctionName: 'function_name',
      Qualifier: 'qualifier',
      MaximumEventAgeInSeconds: 'maximum_event_age_in_seconds',
      MaximumRetryAttempts: 'maximum_retry_attempts',
      DestinationConfig: ({ OnFailure }: { OnFailure?: { Destination: string } }) =>
        OnFailure
          ? { arguments: { destination_config: { on_failure: { destination: OnFailure.Destination } } } }
          : {},
    },
  },
  'AWS::Lambda::Permission': {
    ...{ type: 'aws_lambda_permission', ref: 'id' },
    properties: {
      FunctionName: 'function_name',
      Action: 'action',
      Principal: 'principal',
      SourceArn: 'source_arn',
    },
  },
  'AWS::Events::Rule': {
    ...{ type: 'aws_cloudwatch_event_rule', ref: 'name', always: named },
    properties: {
      Description: 'description',
      ScheduleExpression: 'schedule_expression',
      State: 'state',
      Targets: each(
        'aws_cloudwatch_event_target',
        ({ Arn, Id }: { Arn: string; Id: string }, { reference }) => ({
          ...{ rule: reference, arn: Arn, target_id: Id },
        }),
      ),
    },
  },
  'AWS::IAM::Role': {
    ...{ type: 'aws_iam_role', ref: 'name', always: named },
    properties: {
      AssumeRolePolicyDocument: json('assume_role_policy'),
      Policies: each(
        'aws_iam_role_policy',
        (policy: { PolicyName: string; PolicyDocument: object }, { reference }) => ({
          role: reference,
          name: policy.PolicyName,
          policy: JSON.stringify(policy.PolicyDocument),
        }),
      ),
    },
  },
  'AWS::EC2::SecurityGroup': {
    ...{ type: 'aws_security_group', ref: 'id', always: named },
    properties: {
      GroupDescription: 'description',
      VpcId: 'vpc_id',
      SecurityGroupEgress: rules('egress'),
      SecurityGroupIngress: rules('ingress'),
    },
  },
  'AWS::EC2::VPCEndpoint': {
    ...{ type: 'aws_vpc_endpoint', ref: 'id' },
    properties: {
      VpcEndpointType: 'vpc_endpoint_type',
      ServiceName: 'service_name',
      ServiceRegion: 'service_region',
      VpcId: 'vpc_id',
      SubnetIds: 'subnet_ids',
      SecurityGroupIds: 'security_group_ids',
      PrivateDnsEnabled: 'private_dns_enabled',
    },
  },
  'AWS::KMS::Key': {
    ...{ type: 'aws_kms_key', ref: 'key_id' },
    properties: {
      Description: 'description',
      PendingWindowInDays: 'deletion_window_in_days',
      KeyPolicy: json('policy'),
    },
  },
  'AWS::SNS::Topic': {
    ...{ type: 'aws_sns_topic', ref: 'arn', always: named },
    properties: {
      DisplayName: 'display_name',
      KmsMasterKeyId: 'kms_master_key_id',
      Subscription: each(
        'aws_sns_topic_subscription',
        ({ Protocol, Endpoint }: { Protocol: string; Endpoint: string }, { reference }) => ({
          ...{ topic_arn: reference, protocol: Protocol, endpoint: Endpoint },
        }),
      ),
    },
  },
  'AWS::SNS::TopicPolicy': {
    ...{ type: 'aws_sns_topic_policy', ref: 'id' },
    properties: {
      Topics: ([arn]: readonly string[]) => ({ arguments: { arn } }),
      PolicyDocument: json('policy'),
    },
  },
  'AWS::SQS::Queue': {
    ...{ type: 'aws_sqs_queue', ref: 'url', always: named },
    properties: {
      MessageRetentionPeriod: 'message_retention_seconds',
      SqsManagedSseEnabled: 'sqs_managed_sse_enabled',
    },
  },
  'AWS::SQS::QueuePolicy': {
    ...{ type: 'aws_sqs_queue_policy', ref: 'id' },
    properties: {
      Queues: ([url]: readonly string[]) => ({ arguments: { queue_url: url } }),
      PolicyDocument: json('policy'),
    },
  },
  'AWS::CloudWatch::Alarm': {
    ...{ type: 'aws_cloudwatch_metric_alarm', ref: 'id' },
    properties: {
      AlarmName: 'alarm_name',
      AlarmDescription: 'alarm_description',
      Namespace: 'namespace',
      MetricName: 'metric_name',
      Dimensions: (list: readonly { Name: string; Value: string }[]) => ({
        arguments: { dimensions: Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])) },
      }),
      Statistic: 'statistic',
      ExtendedStatistic: 'extended_statistic',
      ComparisonOperator: 'comparison_operator',
      Threshold: 'threshold',
      Period: 'period',
      DatapointsToAlarm: 'datapoints_to_alarm',
      EvaluationPeriods: 'evaluation_periods',
      TreatMissingData: 'treat_missing_data',
      AlarmActions: 'alarm_actions',
      OKActions: 'ok_actions',
    },
  },
  'AWS::CloudWatch::Dashboard': {
    ...{ type: 'aws_cloudwatch_dashboard', ref: 'id' },
    properties: { DashboardName: 'dashboard_name', DashboardBody: 'dashboard_body' },
  },
};
