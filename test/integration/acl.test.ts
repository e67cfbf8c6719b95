import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { openAccess } from '../support/access.ts';
import { EVERY_MINUTE } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { deleteToken, denyingByDefault, makeToken, NODE_READ, SERVICE_READ } from './acl-support.ts';
import { type Ran, type Run, useWorld } from './support.ts';

// Consul under default-deny: what it does not show is told by no header before 1.11, so the guards must notice.
const cluster = denyingByDefault();
const world = useWorld(cluster);
const ADDRESSES = ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'];

const tokenFor = (rules: string) => makeToken(world, rules);

/** A function that asks one server with this token. */
const withToken = (secret: string): Run =>
  world.function({ CONSUL_HTTP_ADDR: world.agent(0).url, CONSUL_HTTP_TOKEN: secret });

/**
 * Runs a function until Consul knows its token: the server may learn of it a moment later than the one that made it,
 * and on a busy machine may be late with its answer.
 */
function onceKnown(run: Run): Promise<Ran> {
  return until(
    async () => {
      const ran = await run(EVERY_MINUTE);
      return ran.reason !== 'source-denied' && ran.reason !== 'source-unavailable' && ran;
    },
    { within: 20_000 },
  );
}

// One instance on the first node, three on the second, all published.
beforeEach(async () => {
  for (const [index, address] of ADDRESSES.entries()) await world.register(index === 0 ? 0 : 1, address);
  const { secret } = await tokenFor(`${SERVICE_READ} ${NODE_READ}`);
  const run = withToken(secret);
  expect(await onceKnown(run)).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    inZone: ADDRESSES,
    changeCalls: 1,
  });
  expect(await run()).toMatchObject({ outcome: 'unchanged', reason: undefined, changeCalls: 0 });
});

it('holds the record when nobody may read without a token: the answer is empty', async () => {
  const says = await fetch(`${world.agent(0).url}/v1/health/service/rdsproxy`);
  expect([says.status, await says.json()]).toEqual([200, []]);
  expect(await world.function()(EVERY_MINUTE)).toMatchObject({
    outcome: 'held',
    reason: 'source-suspect',
    cause: 'anonymous-empty',
    instances: [],
    inZone: ADDRESSES,
    changeCalls: 0,
  });
});

it('holds the record when the token may read the service but no node: the answer is empty', async () => {
  const { secret } = await tokenFor(SERVICE_READ);
  const ran = await onceKnown(withToken(secret));
  expect(ran).toMatchObject({
    ...{ outcome: 'held', reason: 'source-suspect', cause: 'node-read-missing' },
    ...{ instances: [], inZone: ADDRESSES, changeCalls: 0 },
  });
  expect(ran.message).toContain('the token has no node:read');
});

it('holds the record when the token may read the nodes but not the service', async () => {
  const { secret } = await tokenFor(NODE_READ);
  const ran = await onceKnown(withToken(secret));
  expect(ran).toMatchObject({
    ...{ outcome: 'held', reason: 'source-suspect', cause: 'service-read-missing' },
    ...{ instances: [], inZone: ADDRESSES, changeCalls: 0 },
  });
  expect(ran.message).toContain('the token has no service:read for it');
});

it('tells a service that is gone from one that is hidden', async () => {
  const { secret } = await tokenFor(`service_prefix "" { policy = "read" } ${NODE_READ}`);
  const identity = { by: 'token', token: { text: secret } } as const;
  const source = consulHealthSource(openAccess({ addresses: [world.agent(0).url], identity }));
  const reading = () => source.read({ service: 'nowhere' }, new AbortController().signal);
  expect(await until(() => reading().catch(() => undefined))).toMatchObject({ instances: [] });
});

it('holds the record when the token may read one node of several: the others seem to have vanished', async () => {
  const { secret } = await tokenFor(`${SERVICE_READ} node "consul-1" { policy = "read" }`);
  const ran = await onceKnown(withToken(secret));
  expect(ran).toMatchObject({ outcome: 'held', inZone: ADDRESSES });
  expect(['vanished', 'source-suspect']).toContain(ran.reason);
});

it('holds the record when Consul does not know the token, and does not repeat the token', async () => {
  const secret = randomUUID();
  const ran = await withToken(secret)(EVERY_MINUTE);
  expect(ran).toMatchObject({
    outcome: 'held',
    reason: 'source-denied',
    cause: 'token-not-found',
    instances: [],
    inZone: ADDRESSES,
    changeCalls: 0,
  });
  expect(ran.message).toContain(`Consul at ${world.agent(0).url} refused the token (HTTP 403: ACL not found`);
  expect(JSON.stringify([ran.report, world.side.log])).not.toContain(secret);
});

it('holds the record once a token is revoked, and goes on with a new one', async () => {
  const old = await tokenFor(`${SERVICE_READ} ${NODE_READ}`);
  const run = withToken(old.secret);
  expect(await onceKnown(run)).toMatchObject({ outcome: 'unchanged', reason: undefined, changeCalls: 0 });
  await deleteToken(world, cluster.token, old);
  const denied = await until(async () => {
    const ran = await run(EVERY_MINUTE);
    return ran.outcome === 'held' && ran;
  });
  expect(denied).toMatchObject({
    reason: 'source-denied',
    cause: 'token-not-found',
    instances: [],
    inZone: ADDRESSES,
    changeCalls: 0,
  });

  await world.api(0).setStatus('check-10.0.1.1', 'critical');
  const { secret } = await tokenFor(`${SERVICE_READ} ${NODE_READ}`);
  expect(await onceKnown(withToken(secret))).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    inZone: ADDRESSES.slice(1),
    changeCalls: 1,
  });
});
