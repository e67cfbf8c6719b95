import { describe, expect, it } from 'vitest';
import { mayDeploy, resourceOf, statements } from './deployer.ts';
import { deploy } from './site.ts';

/**
 * What CloudFormation asks of each service, in the name of who deploys: to create, look at, change and delete it.
 * `aws cloudformation describe-type --type RESOURCE --type-name …` lists it as the permissions of its handlers.
 */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': actions('cloudwatch', 'PutMetricAlarm DescribeAlarms DeleteAlarms'),
  'AWS::CloudWatch::Dashboard': actions('cloudwatch', 'PutDashboard GetDashboard DeleteDashboards'),
  'AWS::EC2::SecurityGroup': actions(
    'ec2',
    'CreateSecurityGroup DescribeSecurityGroups AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DeleteSecurityGroup CreateTags DeleteTags',
  ),
  'AWS::EC2::VPCEndpoint': [
    ...actions('ec2', 'CreateVpcEndpoint DescribeVpcEndpoints ModifyVpcEndpoint DeleteVpcEndpoints'),
    'vpce:AllowMultiRegion',
  ],
  'AWS::Events::Rule': actions(
    'events',
    'PutRule DescribeRule DeleteRule PutTargets ListTargetsByRule RemoveTargets',
  ),
  'AWS::IAM::Role': actions(
    'iam',
    'CreateRole GetRole DeleteRole PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies UpdateAssumeRolePolicy',
  ),
  'AWS::KMS::Key': actions(
    'kms',
    'CreateKey DescribeKey GetKeyPolicy PutKeyPolicy GetKeyRotationStatus ListResourceTags ScheduleKeyDeletion',
  ),
  'AWS::Lambda::EventInvokeConfig': actions(
    'lambda',
    'PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig',
  ),
  'AWS::Lambda::Function': [
    ...actions(
      'lambda',
      'CreateFunction GetFunction GetFunctionCodeSigningConfig UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction PutFunctionConcurrency DeleteFunctionConcurrency TagResource',
    ),
    ...[
      'iam:PassRole',
      's3:GetObject',
      'ec2:DescribeVpcs',
      'ec2:DescribeSubnets',
      'ec2:DescribeSecurityGroups',
    ],
  ],
  'AWS::Lambda::Permission': actions('lambda', 'AddPermission GetPolicy RemovePermission'),
  'AWS::Logs::LogGroup': actions('logs', 'CreateLogGroup PutRetentionPolicy DeleteLogGroup TagResource'),
  'AWS::S3::Bucket': actions('s3', 'CreateBucket PutEncryptionConfiguration DeleteBucket'),
  'AWS::S3::BucketPolicy': actions('s3', 'PutBucketPolicy GetBucketPolicy DeleteBucketPolicy'),
  'AWS::SNS::Topic': actions(
    'sns',
    'CreateTopic GetTopicAttributes SetTopicAttributes Subscribe ListSubscriptionsByTopic DeleteTopic',
  ),
  'AWS::SNS::TopicPolicy': actions('sns', 'SetTopicAttributes GetTopicAttributes'),
  'AWS::SQS::Queue': actions('sqs', 'CreateQueue GetQueueAttributes SetQueueAttributes DeleteQueue'),
  'AWS::SQS::QueuePolicy': actions('sqs', 'SetQueueAttributes'),
};

function actions(service: string, names: string): readonly string[] {
  return names.split(' ').map((name) => `${service}:${name}`);
}

/** Of the endpoint, the groups and keys nobody knows the name beforehand. */
const resourceFor = (action: string) =>
  resourceOf(/Dashboard/.test(action) ? 'dashboard' : (action.split(':')[0] ?? ''));

describe('the policy for whoever deploys', () => {
  it.each(Object.entries(ASKED))('lets CloudFormation make %s, and nobody without it', (_, asked) => {
    for (const action of asked) {
      expect([action, mayDeploy(action, 'cloudformation', resourceFor(action))]).toEqual([action, true]);
      const isServerless = /^(s3|cloudformation):|^iam:PassRole|^lambda:(GetFunction|UpdateFunctionCode)$/;
      if (!isServerless.test(action))
        expect([action, mayDeploy(action, 'serverless')]).toEqual([action, false]);
    }
  });

  it('knows every type of resource that a deployment may create', () => {
    const all = { route53Endpoint: true, dashboard: true, failedEventsQueue: true };
    const types = Object.values(deploy(all).resources).map((resource) => (resource as { Type: string }).Type);
    expect(Object.keys(ASKED)).toEqual(expect.arrayContaining(types));
  });

  it('reaches nothing of other stacks, and gives nobody rights', () => {
    const actions = Object.values(ASKED).flat();
    for (const action of actions) {
      const [service = ''] = action.split(':');
      const other = resourceOf(service, 'another-service-dev');
      if (other !== '*')
        expect([action, mayDeploy(action, 'cloudformation', other)]).toEqual([action, false]);
    }
    for (const action of ['iam:AttachRolePolicy', 'iam:CreateUser', 'iam:CreatePolicy', 'sts:AssumeRole'])
      expect([action, mayDeploy(action, 'cloudformation')]).toEqual([action, false]);
  });

  it('fits into a managed policy', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(JSON.stringify(statements).length).toBeLessThan(6_000);
  });
});
