import type { Resources } from './network.ts';
import type { Site } from './parameters.ts';
import type { Value } from './policy.ts';

const TOPIC = 'AlarmTopic';
const KEY = 'AlarmKey';

/** The topic that alarms go to: the operator's, or the one that `topicResources` creates. */
export const topicArn = ({ alarm }: Site): Value => ('topicArn' in alarm ? alarm.topicArn : { Ref: TOPIC });

/**
 * The topic for an e-mail address, which only alarms of this deployment may publish to, and only by TLS; and the key that
 * its messages are encrypted with. Nothing where the operator has a topic.
 *
 * @param service the name of the service and the stage, with which the alarms' names begin.
 */
export function topicResources({ alarm }: Site, service: string): Resources {
  if (!('email' in alarm)) return {};
  return {
    [KEY]: {
      Type: 'AWS::KMS::Key',
      Properties: {
        Description: `The messages of the alarms of ${service}`,
        // The shortest time; a key that waits for its end is not charged.
        PendingWindowInDays: 7,
        KeyPolicy: policy([
          {
            // Without this nobody could ever change the key again; who of the account may use it, IAM says.
            // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
            Effect: 'Allow',
            Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            // AWS's own key for SNS does not let CloudWatch in, and its policy cannot be changed.
            // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
            Effect: 'Allow',
            Principal: ALARMS,
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
          },
        ]),
      },
    },
    [TOPIC]: {
      Type: 'AWS::SNS::Topic',
      Properties: {
        DisplayName: 'consul-route53-updater',
        KmsMasterKeyId: { 'Fn::GetAtt': [KEY, 'Arn'] },
        Subscription: [{ Protocol: 'email', Endpoint: alarm.email }],
      },
    },
    [`${TOPIC}Policy`]: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: TOPIC }],
        PolicyDocument: policy([
          {
            Effect: 'Allow',
            Principal: ALARMS,
            Action: 'sns:Publish',
            Resource: { Ref: TOPIC },
            Condition: {
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Sub': `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${service}-*`,
                },
              },
            },
          },
          onlyByTls('sns:Publish', { Ref: TOPIC }),
        ]),
      },
    },
  };
}

/** CloudWatch, where an alarm acts. */
const ALARMS = { Service: 'cloudwatch.amazonaws.com' };

/** The policy of a resource. */
export const policy = (Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });

/** A statement that refuses requests without TLS, whoever makes them. */
export const onlyByTls = (Action: string, Resource: Value) => ({
  Effect: 'Deny',
  Principal: '*',
  Action,
  Resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
