import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../support/stack.ts';
import { type StsFake, startSts } from '../support/sts.ts';
import { examinedStack, legsOf, runDoctorOn, verdictsOf } from './support.ts';

const ARN = 'arn:aws:iam::210987654321:role/route53-updater';
const ENV = { ROUTE53_ROLE_ARN: ARN, ROUTE53_EXTERNAL_ID: 'planted-id', AWS_REGION: 'eu-west-1' };

let stack: Stack;
let sts: StsFake;
beforeEach(async () => {
  [stack, sts] = await Promise.all([examinedStack(), startSts()]);
});
afterEach(() => sts.close());

const run = (limits = { consul: 5_000, route53: 5_000 }) =>
  runDoctorOn(stack, ENV, { limits, aws: { endpoint: sts.url } });

describe('the role of another account', () => {
  it('is assumed, and everything is asked as it', async () => {
    const report = await run();
    expect(report.outcome).toBe('ok');
    expect(legsOf(report, 'route53-role')).toMatchObject([
      { verdict: 'ok', message: `The role ${ARN} can be assumed.` },
    ]);
    expect(new Set(stack.route53.requests.map(({ accessKeyId }) => accessKeyId))).toEqual(
      new Set(['ASIASESSION1']),
    );
    expect(sts.requests).toMatchObject([{ externalId: 'planted-id', accessKeyId: 'AKIDEXAMPLE' }]);
  });

  it('is no leg where there is none', async () => {
    expect(legsOf(await runDoctorOn(stack), 'route53-role')).toEqual([]);
  });

  it('that is refused, by whom and what to do', async () => {
    sts.answer = { code: 'AccessDenied', message: 'User: a is not authorized to perform: sts:AssumeRole' };
    const report = await run();
    expect(legsOf(report, 'route53-role')).toMatchObject([
      {
        verdict: 'failed',
        message: `The role ${ARN} could not be assumed: AccessDenied: User: a is not authorized to perform: sts:AssumeRole.`,
        remedy: expect.stringMatching(/^The trust policy of the role/),
      },
    ]);
    expect(verdictsOf(report)).toMatchObject({ 'aws-credentials': 'ok', 'route53-api': 'skipped' });
    expect(legsOf(report, 'route53-api')[0]?.message).toContain('route53-role');
    expect(stack.route53.requests).toEqual([]);
    expect(JSON.stringify(report)).not.toContain('planted');
  });

  it('that nobody answers for is told of as the missing way to STS', async () => {
    sts.answer = 'hang';
    const [leg] = legsOf(await run({ consul: 5_000, route53: 300 }), 'route53-role');
    expect(leg).toMatchObject({ verdict: 'failed' });
    expect(`${leg?.message} ${leg?.remedy}`).toMatch(
      /interface endpoint (for |\()com\.amazonaws\.<region>\.sts/,
    );
  });
});
