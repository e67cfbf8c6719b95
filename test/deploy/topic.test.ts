import { describe, expect, it } from 'vitest';
import type { Statement, Value } from '../../deploy/policy.ts';
import { arnOf, isAllowed, type Keys } from './iam.ts';
import { deploy, propertiesOf } from './site.ts';

interface ResourceStatement extends Statement {
  readonly Principal: '*' | Readonly<Record<string, Value>>;
}
interface Policies {
  readonly KeyPolicy: { readonly Statement: readonly ResourceStatement[] };
  readonly PolicyDocument: { readonly Statement: readonly ResourceStatement[] };
}

const { resources } = deploy();
const key = propertiesOf(resources, 'AlarmKey') as Policies;
const policy = propertiesOf(resources, 'AlarmTopicPolicy') as Policies;

/** What a service of AWS may do by the policy of a resource. */
const may = (
  statements: readonly ResourceStatement[],
  service: string,
  action: string,
  resource: string,
  keys: Keys = {},
) =>
  isAllowed(
    statements.filter(({ Principal }) => Principal === '*' || Principal['Service'] === service),
    { action, resource, keys },
  );

const alarm = (name: string) => arnOf('cloudwatch', `alarm:${name}`);
const publish = (service: string, keys: Keys) =>
  may(policy.PolicyDocument.Statement, service, 'sns:Publish', 'ref-of-AlarmTopic', keys);

describe('the topic for an e-mail address', () => {
  it('takes what alarms of this deployment publish, and nothing else', () => {
    const own = { 'aws:SourceArn': [alarm('updater-dev-held')], 'aws:SecureTransport': ['true'] };
    expect(publish('cloudwatch.amazonaws.com', own)).toBe(true);
    expect(publish('events.amazonaws.com', own)).toBe(false);
    const another = { ...own, 'aws:SourceArn': [alarm('updater-prod-held')] };
    expect(publish('cloudwatch.amazonaws.com', another)).toBe(false);
    const elsewhere = { ...own, 'aws:SourceArn': [alarm('updater-dev-held').replace('123456789012', '1')] };
    expect(publish('cloudwatch.amazonaws.com', elsewhere)).toBe(false);
    expect(publish('cloudwatch.amazonaws.com', { ...own, 'aws:SecureTransport': ['false'] })).toBe(false);
  });

  it('is encrypted with a key that CloudWatch may use, and no other service', () => {
    expect(propertiesOf(resources, 'AlarmTopic')).toMatchObject({
      KmsMasterKeyId: { 'Fn::GetAtt': ['AlarmKey', 'Arn'] },
      Subscription: [{ Protocol: 'email', Endpoint: 'operations@example.com' }],
    });
    const use = (service: string, action: string) => may(key.KeyPolicy.Statement, service, action, '*');
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect(use('cloudwatch.amazonaws.com', action)).toBe(true);
      expect(use('s3.amazonaws.com', action)).toBe(false);
    }
    expect(use('cloudwatch.amazonaws.com', 'kms:PutKeyPolicy')).toBe(false);
    // The account keeps the key in its hands.
    expect(key.KeyPolicy.Statement).toContainEqual({
      ...{ Effect: 'Allow', Action: 'kms:*', Resource: '*' },
      Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
    });
  });

  it('has all that is created for it, and is not created beside one of your own', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:operations';
    const other = deploy({ alarmEmail: null, alarmTopicArn: topic });
    const gone = Object.keys(resources).filter((id) => !(id in other.resources));
    expect(gone).toEqual(['AlarmKey', 'AlarmTopic', 'AlarmTopicPolicy']);
    expect(propertiesOf(other.resources, 'HeldAlarm')).toMatchObject({ AlarmActions: [topic] });
  });
});

describe('an event whose run failed', () => {
  it('goes nowhere, since alarms tell of it, and the role may publish nothing', () => {
    const { destinations, statements } = deploy();
    expect(destinations).toEqual({});
    expect(JSON.stringify(statements)).not.toMatch(/sns:|sqs:/);
  });

  it('goes to a queue where one is asked for', () => {
    const asked = deploy({ failedEventsQueue: true });
    const queue: Value = { 'Fn::GetAtt': ['FailedEvents', 'Arn'] };
    expect(asked.destinations).toEqual({ onFailure: { type: 'sqs', arn: queue } });
    expect(asked.statements).toContainEqual({
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: queue,
    });
    expect(propertiesOf(asked.resources, 'FailedEvents')).toMatchObject({ SqsManagedSseEnabled: true });
    const { PolicyDocument } = propertiesOf(asked.resources, 'FailedEventsPolicy') as Policies;
    expect(PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });
});
