import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSecrets } from '../support/secrets.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { legsOf, runDoctorOn, TOKEN, verdictsOf } from './support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
  await stack.consul.setFault({ kind: 'default-deny', token: TOKEN });
});
afterEach(() => stack.close());

const BY_REFERENCE = { CONSUL_HTTP_TOKEN_SSM: '/consul/token' };

describe('a token by reference', () => {
  it('is fetched, and used for what follows', async () => {
    const aws = await startSecrets(new Map([['/consul/token', TOKEN]]));
    const report = await runDoctorOn(stack, BY_REFERENCE, { aws });
    expect(legsOf(report, 'consul-credentials')).toMatchObject([
      {
        verdict: 'ok',
        message: 'The token was fetched from /consul/token (CONSUL_HTTP_TOKEN_SSM).',
      },
    ]);
    expect(verdictsOf(report)).toMatchObject({ 'consul-token': 'ok', 'consul-service': 'ok' });
    expect(JSON.stringify(report)).not.toContain(TOKEN);
  });

  it('that is not there fails the leg, and nothing is asked of Consul without it', async () => {
    const aws = await startSecrets(new Map());
    const report = await runDoctorOn(stack, BY_REFERENCE, { aws });
    expect(legsOf(report, 'consul-credentials')).toMatchObject([
      {
        verdict: 'failed',
        message: expect.stringMatching(/^Consul cannot be asked: .*CONSUL_HTTP_TOKEN_SSM/),
        remedy: 'Correct its name, or create it in this Region and account.',
      },
    ]);
    expect(legsOf(report, 'consul-token')).toMatchObject([
      { verdict: 'skipped', message: 'It needs consul-credentials, which failed.' },
    ]);
    expect(verdictsOf(report)).toMatchObject({ 'consul-leader': 'ok', 'route53-zone': 'ok' });
  });

  it('is no leg where the token is a setting, or where there is none', async () => {
    for (const env of [{ CONSUL_HTTP_TOKEN: TOKEN }, {}])
      expect(legsOf(await runDoctorOn(stack, env), 'consul-credentials')).toEqual([]);
  });
});
