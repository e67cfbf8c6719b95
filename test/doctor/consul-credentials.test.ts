import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remedyFor } from '../../src/plan/reasons.ts';
import { startHttpServer } from '../support/http-server.ts';
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

describe('what is sent without TLS', () => {
  it.each([
    ['CONSUL_HTTP_TOKEN', { CONSUL_HTTP_TOKEN: TOKEN }],
    ['CONSUL_HTTP_TOKEN_SSM', BY_REFERENCE],
    ['CONSUL_AUTH_METHOD', { CONSUL_AUTH_METHOD: 'lambda', AWS_REGION: 'eu-west-1' }],
  ])('by %s is a warning for each address', async (setting, env) => {
    const aws = await startSecrets(new Map([['/consul/token', TOKEN]]));
    expect(legsOf(await runDoctorOn(stack, env, { aws }), 'consul-tls')).toEqual(
      stack.consul.agents.map(({ url }) => ({
        ...{ leg: 'consul-tls', subject: url, verdict: 'warning', ms: 0 },
        message: `Consul at ${url} is sent what ${setting} gives without TLS: whoever stands between can read it, and answer in Consul's place.`,
        remedy: expect.stringContaining('Use https in CONSUL_HTTP_ADDR'),
      })),
    );
  });

  it('is none where there is nothing secret', async () => {
    expect(legsOf(await runDoctorOn(stack), 'consul-tls')).toEqual([]);
  });
});

it('an answer that is too large fails the leg that asked for it', async () => {
  const { url } = await startHttpServer(({ path }) =>
    path.startsWith('/v1/health/service')
      ? { pieces: [`["${'x'.repeat(9_000_000)}"]`] }
      : { body: path === '/v1/status/leader' ? '"10.0.0.9:8300"' : '[]' },
  );
  const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR: url });
  expect(legsOf(report, 'consul-service')).toMatchObject([
    {
      verdict: 'failed',
      message: `Consul at ${url} sent an answer that was cut off, as it has more than 8 MB.`,
      remedy: remedyFor({ reason: 'source-suspect', cause: 'too-large' }),
    },
  ]);
});
