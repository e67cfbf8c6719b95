import type { Resources } from './network.ts';
import type { Value } from './policy.ts';
import { onlyByTls, policy } from './topic.ts';

const QUEUE = 'FailedEvents';

/** Where events go whose run failed. */
export interface FailedEvents {
  /** In Serverless' terms. */
  readonly destinations: { readonly onFailure?: { readonly type: 'sqs'; readonly arn: Value } };
  readonly resources: Resources;
  /** The queue's ARN, which the function's role must be allowed to send to; `undefined` where there is none. */
  readonly queueArn?: Value;
}

/** Seconds that a message stays: 14 days, the longest. */
const RETENTION = 1_209_600;

/**
 * Events whose run failed go nowhere, since an alarm says that runs fail and the log says why; or to a queue, for who
 * wants to have them all (docs/adr/0018-who-is-told-what.md).
 */
export function failedEvents(queue: boolean): FailedEvents {
  if (!queue) return { destinations: {}, resources: {} };
  const queueArn: Value = { 'Fn::GetAtt': [QUEUE, 'Arn'] };
  return {
    destinations: { onFailure: { type: 'sqs', arn: queueArn } },
    queueArn,
    resources: {
      [QUEUE]: {
        Type: 'AWS::SQS::Queue',
        Properties: { MessageRetentionPeriod: RETENTION, SqsManagedSseEnabled: true },
      },
      [`${QUEUE}Policy`]: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: QUEUE }],
          PolicyDocument: policy([onlyByTls('sqs:*', queueArn)]),
        },
      },
    },
  };
}
