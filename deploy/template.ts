import type { Resources } from './network.ts';
import { functionName, type Output } from './outputs.ts';
import type { ServerlessFile } from './serverless-file.ts';

/** A stack, without a word of where the zip of its function is. */
export interface Stack {
  readonly resources: Resources;
  readonly outputs: Readonly<Record<string, Output>>;
}

/** The function's logical ID. */
export const FUNCTION = 'UpdateLambdaFunction';
const LOG_GROUP = 'UpdateLogGroup';
const RULE = 'UpdateEventsRuleSchedule1';

/**
 * The stack that Serverless makes of the same files, under the same logical IDs, but for its bucket.
 *
 * @param service the name of the service and the stage.
 */
export function stackOf(
  { provider, functions: { update }, resources }: ServerlessFile,
  service: string,
): Stack {
  const [{ schedule }] = update.events;
  const { onFailure } = update.destinations;
  const arn = { 'Fn::GetAtt': [FUNCTION, 'Arn'] };
  const own: Resources = {
    [LOG_GROUP]: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        LogGroupName: `/aws/lambda/${functionName({ service })}`,
        RetentionInDays: provider.logRetentionInDays,
      },
    },
    [FUNCTION]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: functionName({ service }),
        Description: update.description,
        Handler: update.handler,
        Runtime: provider.runtime,
        Architectures: [provider.architecture],
        MemorySize: update.memorySize,
        Timeout: update.timeout,
        Environment: { Variables: update.environment },
        Role: provider.iam.role,
        VpcConfig: {
          SecurityGroupIds: provider.vpc.securityGroupIds,
          SubnetIds: provider.vpc.subnetIds,
        },
        ...(provider.tracing.lambda && { TracingConfig: { Mode: 'Active' } }),
        ...(update.reservedConcurrency !== null && {
          ReservedConcurrentExecutions: update.reservedConcurrency,
        }),
      },
      DependsOn: [LOG_GROUP],
    },
    UpdateLambdaEvConf: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: FUNCTION },
        Qualifier: '$LATEST',
        MaximumEventAgeInSeconds: update.maximumEventAge,
        MaximumRetryAttempts: update.maximumRetryAttempts,
        DestinationConfig: onFailure ? { OnFailure: { Destination: onFailure.arn } } : {},
      },
    },
    [RULE]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: schedule.description,
        ScheduleExpression: schedule.rate,
        State: 'ENABLED',
        Targets: [{ Arn: arn, Id: 'updateSchedule' }],
      },
    },
    [`UpdateLambdaPermissionEventsRuleSchedule1`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: arn,
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [RULE, 'Arn'] },
      },
    },
  };
  const parts = resources.map(({ Resources = {} }) => Resources);
  return {
    resources: Object.assign({}, own, ...parts),
    outputs: Object.assign({}, ...resources.map(({ Outputs = {} }) => Outputs)),
  };
}

/**
 * A template of CloudFormation that takes the bucket and the key of the zip as parameters.
 *
 * @param key the zip's name in the bucket, unless the parameter says otherwise.
 */
export function templateOf({ resources, outputs }: Stack, service: string, key: string): object {
  const update = resources[FUNCTION] as { readonly Properties: object };
  const Code = { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { Ref: 'CodeKey' } };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${service}: keeps Route 53 records equal to the healthy instances of Consul services`,
    Parameters: {
      CodeBucket: {
        Type: 'String',
        Description: 'The bucket, in this Region, that has the zip of the function',
      },
      CodeKey: { Type: 'String', Default: key, Description: 'The key of the zip in that bucket' },
    },
    Resources: { ...resources, [FUNCTION]: { ...update, Properties: { Code, ...update.Properties } } },
    Outputs: outputs,
  };
}
