import deployer from '../../deploy/deployer-policy.json' with { type: 'json' };
import { arnOf, isAllowed, type Keys } from './iam.ts';

const STACK = 'consul-route53-updater-dev';
const BY_CLOUDFORMATION: Keys = { 'aws:CalledVia': ['cloudformation.amazonaws.com'] };

export const { Statement: statements } = deployer as unknown as {
  readonly Statement: Parameters<typeof isAllowed>[0];
};

/** The ARN of what a service keeps for a stack of that name; `*` where it has no name that could be known. */
export function resourceOf(service: string, stack = STACK): string {
  const known: Readonly<Record<string, string>> = {
    cloudformation: arnOf('cloudformation', `stack/${stack}/1`),
    cloudwatch: arnOf('cloudwatch', `alarm:${stack}-held`),
    dashboard: `arn:aws:cloudwatch::123456789012:dashboard/${stack}-eu-west-1`,
    events: arnOf('events', `rule/${stack}-UpdateEventsRuleSchedule1-1`),
    iam: `arn:aws:iam::123456789012:role/${stack}-UpdateRole-1`,
    lambda: arnOf('lambda', `function:${stack}-update`),
    logs: arnOf('logs', `log-group:/aws/lambda/${stack}-update`),
    s3: `arn:aws:s3:::${stack.slice(0, 24)}-serverlessdeploymentbucke-1`,
    sns: arnOf('sns', `${stack}-AlarmTopic-1`),
    sqs: arnOf('sqs', `${stack}-FailedEvents-1`),
  };
  return known[service] ?? '*';
}

/** Whether who deploys may do that: in a call of Serverless' own, or in one that CloudFormation makes for them. */
export function mayDeploy(
  action: string,
  by: 'serverless' | 'cloudformation',
  resource = resourceOf(action.split(':')[0] ?? ''),
): boolean {
  const keys = {
    ...(by === 'cloudformation' && BY_CLOUDFORMATION),
    ...(action === 'iam:PassRole' && { 'iam:PassedToService': ['lambda.amazonaws.com'] }),
  };
  return isAllowed(statements, { action, resource, keys });
}
