import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import { openWindow } from '../support/open-window.ts';
import { type Route53Side, startRoute53Side } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { type AwsIamWorld, METHOD, REGION, SERVER_ID, startAwsIam } from './aws-iam.ts';

const ADDRESSES = ['10.0.1.1', '10.0.1.2'];

let world: AwsIamWorld;
let side: Route53Side;
beforeAll(async () => {
  // As short as Consul allows, so that a window sees its end.
  world = await startAwsIam('60s');
}, 60_000);
afterAll(() => world?.close());

const api = () => agentApi(world.consul.agents[0]?.url ?? '', { token: world.management });
beforeEach(async () => {
  side = await startRoute53Side();
  for (const address of ADDRESSES) {
    await api().register({
      ...{ Name: 'rdsproxy', ID: address, Address: address },
      Check: { CheckID: `check-${address}`, TTL: '1h', Status: 'passing' },
    });
  }
  await until(async () => (await api().health('rdsproxy')).entries.length === 2);
});
afterEach(async () => {
  for (const address of ADDRESSES) await api().deregister(address);
  await side.close();
});

/** A window of a function that logs in with its role; its credentials are in its process, as in Lambda. */
function open(env: Readonly<Record<string, string>> = {}) {
  const credentials = world.credentials();
  return openWindow(side, {
    env: {
      CONSUL_HTTP_ADDR: world.consul.agents.map(({ url }) => url).join(),
      CONSUL_AUTH_METHOD: METHOD,
      CONSUL_AUTH_SERVER_ID: SERVER_ID,
      AWS_REGION: REGION,
      ...env,
    },
    timing: { aws: { credentials } },
  });
}

const follow = async (status: 'critical' | 'passing', count: number) => {
  await api().setStatus('check-10.0.1.2', status);
  await until(() => side.published().length === count, {
    what: `the record to follow ${status}`,
    within: 20_000,
  });
};

/** The tokens that logins have made and that still live. */
async function loginTokens(): Promise<readonly { AccessorID: string }[]> {
  const tokens = (await world.manage('GET', '/v1/acl/tokens')) as {
    AccessorID: string;
    AuthMethod?: string;
  }[];
  return tokens.filter(({ AuthMethod }) => AuthMethod === METHOD);
}

it('follows by a login of its own role, and logs in anew when that token is deleted', async () => {
  const window = await open();
  expect(side.published()).toEqual(ADDRESSES);
  await follow('critical', 1);
  const [token, ...others] = await loginTokens();
  expect(others).toEqual([]);
  await world.manage('DELETE', `/v1/acl/token/${token?.AccessorID}`);
  await follow('passing', 2);
  const [next] = await loginTokens();
  expect(next?.AccessorID).not.toBe(token?.AccessorID);
  await window.end();
  const { outcome } = await window.run;
  expect(outcome).toBe('changed');
});

it('goes on beyond the end of a token, which it has renewed before', { timeout: 150_000 }, async () => {
  const window = await open();
  const first = await loginTokens();
  await until(
    async () =>
      (await loginTokens()).every(({ AccessorID }) => first.every((one) => one.AccessorID !== AccessorID)),
    { what: 'the end of the first token', within: 100_000, every: 500 },
  );
  await follow('critical', 1);
  await window.end();
  // After its first minute a window stands by, and may look twice.
  const reasons = window.lines().map(({ reason }) => reason);
  expect(reasons.length).toBeGreaterThanOrEqual(2);
  expect(reasons.filter((reason) => reason !== undefined)).toEqual([]);
});

it.each([
  [
    'another server ID',
    { CONSUL_AUTH_SERVER_ID: 'other' },
    /expected "consul\.corp\.internal" but got "other"/,
  ],
  ['a method that does not exist', { CONSUL_AUTH_METHOD: 'missing' }, /auth method "missing" not found/],
])('holds the record for %s, and says what Consul says', async (_, env, said) => {
  const before = await open();
  await before.end();
  const window = await open(env);
  await window.end();
  expect(side.published()).toEqual(ADDRESSES);
  const lines = window.lines();
  expect(lines.map(({ reason }) => reason)).toEqual(['login-failed']);
  expect(lines[0]?.message).toMatch(said);
  expect(lines[0]?.message).toContain('consul acl binding-rule list');
});
