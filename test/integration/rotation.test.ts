import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_TIMEOUT, type Moto, startMoto } from '../real-parts/python.ts';
import { context, EVERY_MINUTE, type LogLine } from '../support/stack.ts';
import { until } from '../support/until.ts';
import {
  deleteToken,
  denyingByDefault,
  type MadeToken,
  makeToken,
  NODE_READ,
  SERVICE_READ,
} from './acl-support.ts';
import { useWorld } from './support.ts';

const cluster = denyingByDefault();
const world = useWorld(cluster);
let moto: Moto | { readonly unavailable: string };
beforeAll(async () => {
  moto = await startMoto();
}, INSTALL_TIMEOUT);
afterAll(async () => {
  if ('close' in moto) await moto.close();
});

const ADDRESSES = ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'];

const STORES = [
  {
    where: 'SSM Parameter Store',
    env: { CONSUL_HTTP_TOKEN_SSM: '/consul/rdsproxy-token' },
    put: (token: string) => [
      'ssm',
      'put_parameter',
      { Name: '/consul/rdsproxy-token', Value: token, Type: 'SecureString', Overwrite: true },
    ],
  },
  {
    where: 'Secrets Manager',
    env: { CONSUL_HTTP_TOKEN_SECRET: 'consul/rdsproxy#token' },
    put: (token: string) => [
      'secretsmanager',
      'put_secret_value',
      { SecretId: 'consul/rdsproxy', SecretString: JSON.stringify({ token, other: 'x' }) },
    ],
  },
] as const;

describe.each(STORES)('a token in $where', ({ env, put }) => {
  /** Tokens made in a test, none of which may come out of the function. */
  const made: MadeToken[] = [];

  async function tokenStored(): Promise<MadeToken> {
    const token = await makeToken(world, `${SERVICE_READ} ${NODE_READ}`);
    made.push(token);
    await store(token);
    return token;
  }

  async function store({ secret }: MadeToken): Promise<void> {
    if ('unavailable' in moto) return;
    const create = ['secretsmanager', 'create_secret', { Name: 'consul/rdsproxy' }] as const;
    const [, answer] = await moto.aws<readonly unknown[]>(create, put(secret) as never);
    expect(answer).not.toHaveProperty('error');
  }

  /** A run in its window, with four addresses published; every state of the record is looked at from then on. */
  async function openWindow(): Promise<{
    end: () => Promise<void>;
    log: LogLine[];
    states: readonly (readonly string[])[];
  }> {
    if ('unavailable' in moto) throw new Error(moto.unavailable);
    for (const [index, address] of ADDRESSES.entries()) await world.register(index % 2, address);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
    const handler = world.side.function(
      { CONSUL_HTTP_ADDR: world.agent(0).url, WATCH_SECONDS: '600', ...env },
      { aws: { endpoint: moto.url, credentials, region: 'eu-west-1' } },
    );
    const ending = new AbortController();
    const run = handler(EVERY_MINUTE, context(600_000, ending.signal));
    run.catch(() => undefined);
    async function end(): Promise<void> {
      ending.abort();
      const said = JSON.stringify([await run, world.side.log]);
      for (const { secret } of made) expect(said).not.toContain(secret);
    }
    await until(() => world.side.published().length === ADDRESSES.length, { what: 'the first pass' });
    const states: (readonly string[])[] = [];
    world.side.route53.onChange(() => states.push(world.side.published()));
    return { end, log: world.side.log, states };
  }

  const reasons = (log: readonly LogLine[]) =>
    log.map(({ fields }) => (fields as { record?: { reason?: string } }).record?.reason);

  it('is changed under a running window, which goes on with the new one', async ({ skip }) => {
    if ('unavailable' in moto) return skip(moto.unavailable);
    const first = await tokenStored();
    const { end, log, states } = await openWindow();
    await tokenStored();
    await deleteToken(world, cluster.token, first);
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    await until(() => world.side.published().length === 3, { what: 'the removal', within: 20_000 });
    await world.api(0).setStatus('check-10.0.1.1', 'passing');
    await until(() => world.side.published().length === 4, { what: 'the addition', within: 20_000 });
    expect(states.map(({ length }) => length)).toEqual([3, 4]);
    expect(reasons(log)).not.toContain('no-healthy-instances');
    await end();
  });

  it('is deleted before there is a new one: held until then, in the same window', async ({ skip }) => {
    if ('unavailable' in moto) return skip(moto.unavailable);
    const first = await tokenStored();
    const { end, log, states } = await openWindow();
    await deleteToken(world, cluster.token, first);
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    await until(() => reasons(log).includes('source-denied'), { what: 'the hold', within: 20_000 });
    expect(world.side.published()).toEqual(ADDRESSES);
    await tokenStored();
    await until(() => world.side.published().length === 3, { what: 'the removal', within: 20_000 });
    expect(states.map(({ length }) => length)).toEqual([3]);
    await end();
  });
});
