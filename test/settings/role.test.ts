import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/settings/settings.ts';
import { problemsOf, read } from './support.ts';

describe('the role of another account', () => {
  const ROUTE53_ROLE_ARN = 'arn:aws:iam::210987654321:role/dns/route53-updater';

  it('is taken with its external ID and the Region of the function', () => {
    const env = { ROUTE53_ROLE_ARN, ROUTE53_EXTERNAL_ID: 'an-id:1', AWS_REGION: 'eu-west-1' };
    expect(read(env).route53Role).toEqual({
      arn: ROUTE53_ROLE_ARN,
      externalId: 'an-id:1',
      region: 'eu-west-1',
    });
    expect(read({ ROUTE53_ROLE_ARN }).route53Role).toEqual({ arn: ROUTE53_ROLE_ARN });
    expect(read({ AWS_REGION: 'eu-west-1' })).not.toHaveProperty('route53Role');
  });

  it.each<[string, Environment, RegExp]>([
    ['not an ARN', { ROUTE53_ROLE_ARN: 'updater' }, /^ROUTE53_ROLE_ARN, "updater", is not the ARN of a role/],
    [
      'the ARN of a user',
      { ROUTE53_ROLE_ARN: 'arn:aws:iam::210987654321:user/a' },
      /^ROUTE53_ROLE_ARN, .* is not the ARN of a role/,
    ],
    [
      'an external ID without a role',
      { ROUTE53_EXTERNAL_ID: 's3cret' },
      /^ROUTE53_EXTERNAL_ID is set but ROUTE53_ROLE_ARN is not/,
    ],
    [
      'a malformed external ID',
      { ROUTE53_ROLE_ARN, ROUTE53_EXTERNAL_ID: 's3cret id' },
      /^ROUTE53_EXTERNAL_ID must have 2 to 1,224 characters/,
    ],
  ])('%s is a problem', (_, env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf(env).join()).not.toContain('s3cret');
  });
});
