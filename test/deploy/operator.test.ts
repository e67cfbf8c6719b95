import { describe, expect, it } from 'vitest';
import operator from '../../deploy/operator-policy.json' with { type: 'json' };
import { resourceOf } from './deployer.ts';
import { isAllowed } from './iam.ts';
import { deploy } from './site.ts';

const { Statement: statements } = operator as unknown as {
  readonly Statement: Parameters<typeof isAllowed>[0];
};

/** What each command that an alarm names asks of AWS. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'aws cloudtrail lookup-events': ['cloudtrail:LookupEvents'],
  'aws events list-rules': ['events:ListRules'],
  'aws lambda get-function-concurrency': ['lambda:GetFunctionConcurrency'],
  'aws lambda invoke': ['lambda:InvokeFunction'],
  'aws logs tail': ['logs:FilterLogEvents'],
  'aws route53 get-change': ['route53:GetChange'],
  'npm run force': ['route53:ChangeResourceRecordSets'],
  'npm run status': ['route53:GetHostedZone', 'route53:ListResourceRecordSets'],
};

/** The commands that the descriptions of the alarms name. */
function commandsOfAlarms(): readonly string[] {
  const descriptions = Object.values(deploy().resources).map((resource) =>
    String((resource as { Properties: { AlarmDescription?: string } }).Properties.AlarmDescription ?? ''),
  );
  const found = descriptions.join('\n').match(/\baws [a-z0-9]+ [a-z-]+|\bnpm run [a-z]+/g) ?? [];
  return [...new Set(found)].sort();
}

function resourceFor(action: string): string {
  if (action === 'route53:GetChange') return 'arn:aws:route53:::change/C0123456789';
  if (action.startsWith('route53:')) return 'arn:aws:route53:::hostedzone/Z08345992R7HSH0EXAMPLE';
  return action === 'events:ListRules' ? '*' : resourceOf(action.split(':')[0] ?? '');
}

describe('the policy for whoever is on call', () => {
  it('lets them do what the alarms tell them to, and nothing else', () => {
    expect(commandsOfAlarms()).toEqual(Object.keys(ASKED));
    const asked = Object.values(ASKED).flat();
    for (const action of asked)
      expect([action, isAllowed(statements, { action, resource: resourceFor(action) })]).toEqual([
        action,
        true,
      ]);
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual(asked.sort());
  });

  it('reaches nothing of other stacks', () => {
    for (const service of ['lambda', 'logs'])
      for (const action of ['lambda:InvokeFunction', 'logs:FilterLogEvents'])
        expect(isAllowed(statements, { action, resource: resourceOf(service, 'another-service-dev') })).toBe(
          false,
        );
  });
});
