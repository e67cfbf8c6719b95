import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '../../emulators/real-consul/loopback.ts';
import { EVERY_MINUTE } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { checkScript, type Ran, type Run, useWorld } from './support.ts';

// Agents and servers that die and come back. Scripts check the instances, so that they recover by themselves.
const world = useWorld({
  nodes: [{ name: 'consul-1' }, { name: 'consul-2' }, { name: 'proxy-1', server: false }],
  // A server holds a request this long in the hope of a leader, here for less than the others' 2 seconds.
  config: { performance: { raft_multiplier: 1, leave_drain_time: '100ms', rpc_hold_timeout: '500ms' } },
});
// Raft and gossip have their own pace; on a busy machine each step of it takes seconds.
vi.setConfig({ testTimeout: 180_000 });

const [ON_SERVER_1, ON_SERVER_2, ON_PROXY] = ['10.0.1.1', '10.0.1.2', '10.0.1.3'] as const;

/** Registers an instance whose script passes; it is taken to be so until the script has run. */
async function registerScripted(node: number, address: string): Promise<void> {
  const { check } = await checkScript('haproxy');
  await world.register(node, address, { Check: { ...check, Status: 'passing' } });
}

/** Whether an agent itself, and not the catalog, takes the checks of that kind for passing. */
async function saysItself(node: number, checkId: string): Promise<boolean> {
  const response = await fetch(`${world.agent(node).url}/v1/agent/checks`);
  const checks = (await response.json()) as Readonly<Record<string, { readonly Status: string }>>;
  return checks[checkId]?.Status === 'passing';
}

/** The addresses of the servers, for CONSUL_HTTP_ADDR. */
const servers = () => [world.agent(0).url, world.agent(1).url];

/**
 * Invokes the function as often as it takes until nothing is left to do and both servers' instances are in. A node
 * that comes back may be critical at first, so a run on the way may take it out; none may leave nothing.
 */
async function runUntilBoth(run: Run): Promise<Ran> {
  const sizes: number[] = [];
  const last = await until(
    async () => {
      const ran = await run(EVERY_MINUTE);
      sizes.push(ran.inZone.length);
      return ran.outcome === 'unchanged' && ran.inZone.length === 2 && ran;
    },
    { what: 'both instances published', within: 20_000, every: 50 },
  );
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(last.instances).toMatchObject([
    { address: ON_SERVER_1, status: 'passing', published: true },
    { address: ON_SERVER_2, status: 'passing', published: true },
  ]);
  return last;
}

it('takes out the instance of a dead agent, and in again when the agent is back', async () => {
  await registerScripted(0, ON_SERVER_1);
  await registerScripted(2, ON_PROXY);
  const run = world.function({ CONSUL_HTTP_ADDR: servers().join() });
  expect(await run()).toMatchObject({ outcome: 'changed', inZone: [ON_SERVER_1, ON_PROXY] });

  await world.agent(2).kill();
  await world.shows(2, 'serfHealth', 'critical');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    message: `remove ${ON_PROXY} (proxy-1: check "serfHealth" is critical); now ${ON_SERVER_1} published.`,
    instances: [
      { node: 'consul-1', status: 'passing', published: true },
      { node: 'proxy-1', status: 'critical', published: false, why: 'check "serfHealth" is critical' },
    ],
    inZone: [ON_SERVER_1],
    changeCalls: 1,
  });

  await world.agent(2).start();
  // The catalog still has what the check said before; the agent may first say that it has not run yet.
  await until(() => saysItself(2, 'haproxy'), { what: 'the check has run on proxy-1 again', within: 15_000 });
  await world.shows(2, 'serfHealth', 'passing');
  await world.shows(2, 'haproxy', 'passing');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    instances: [
      { node: 'consul-1', status: 'passing', published: true },
      { node: 'proxy-1', status: 'passing', published: true, why: 'all 2 checks are passing' },
    ],
    inZone: [ON_SERVER_1, ON_PROXY],
    changeCalls: 1,
  });
});

it.each(['leader', 'follower'] as const)(
  'holds the record while the %s is gone and with it the quorum, and goes on when it is back',
  async (role) => {
    await registerScripted(0, ON_SERVER_1);
    await registerScripted(1, ON_SERVER_2);
    const run = world.function({ CONSUL_HTTP_ADDR: servers().join() });
    expect(await run()).toMatchObject({ inZone: [ON_SERVER_1, ON_SERVER_2] });

    const leader = await world.leader();
    const lost = role === 'leader' ? leader : 1 - leader;
    await world.agent(lost).kill();
    const kept: Ran[] = [];
    // A leader that lost its follower answers as one until its lease ends: then its word is still good.
    await until(
      async () => {
        const ran = await run(EVERY_MINUTE);
        kept.push(ran);
        return ran.message.includes('No cluster leader');
      },
      { what: 'a run that finds no leader', within: 15_000 },
    );
    for (const ran of kept) {
      expect(ran).toMatchObject({ inZone: [ON_SERVER_1, ON_SERVER_2], changeCalls: 0 });
      if (ran.outcome !== 'held') expect(role).toBe('follower');
      else expect(['source-suspect', 'source-unavailable']).toContain(ran.reason);
    }
    const said = servers().map((url, node) =>
      node === lost
        ? `Consul at ${url} refused the connection`
        : `Consul at ${url} has no leader (HTTP 500: No cluster leader)`,
    );
    // A cold start asks in the order of CONSUL_HTTP_ADDR; a warm one begins with the last good address.
    expect(await world.function({ CONSUL_HTTP_ADDR: servers().join() })(EVERY_MINUTE)).toMatchObject({
      outcome: 'held',
      reason: 'source-suspect',
      message: `${said.join('; ')}; kept ${ON_SERVER_1}, ${ON_SERVER_2}.`,
      instances: [],
      inZone: [ON_SERVER_1, ON_SERVER_2],
      changeCalls: 0,
    });

    await world.agent(lost).start();
    const returned = await runUntilBoth(run);
    expect(returned).toMatchObject({ outcome: 'unchanged', reason: undefined, changeCalls: 0 });
    await world.api(lost).serviceMaintenance(lost === 0 ? ON_SERVER_1 : ON_SERVER_2, true);
    // On a busy machine the servers may lose each other once more.
    const heard = async () => {
      const ran = await run(EVERY_MINUTE);
      return ran.reason?.startsWith('source-') ? undefined : ran;
    };
    expect(await until(heard, { what: 'a run that is not held', within: 15_000 })).toMatchObject({
      outcome: 'changed',
      inZone: [lost === 0 ? ON_SERVER_2 : ON_SERVER_1],
      changeCalls: 1,
    });
  },
);

it('never empties the record while the whole cluster comes back from a power cut', async () => {
  await registerScripted(0, ON_SERVER_1);
  await registerScripted(1, ON_SERVER_2);
  const run = world.function({ CONSUL_HTTP_ADDR: servers().join() });
  await run();

  await Promise.all(world.consul.agents.map((agent) => agent.kill()));
  const [one, two] = servers();
  expect(await run(EVERY_MINUTE)).toMatchObject({
    outcome: 'held',
    reason: 'source-unavailable',
    message: `Consul at ${one} refused the connection; Consul at ${two} refused the connection; kept ${ON_SERVER_1}, ${ON_SERVER_2}.`,
    instances: [],
    inZone: [ON_SERVER_1, ON_SERVER_2],
    changeCalls: 0,
  });

  const sizes: number[] = [];
  world.side.route53.onChange(() => void sizes.push(world.side.published().length));
  const back = Promise.all(world.consul.agents.map((agent) => agent.start()));
  const returned = await runUntilBoth(run);
  await back;
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(returned).toMatchObject({ outcome: 'unchanged', reason: undefined, changeCalls: 0 });
});

it('asks the next address where one is dead and another is not Consul, and then the good one first', async () => {
  await world.register(0, ON_SERVER_1);
  const [port] = await freePorts('127.0.0.1', 1);
  let strayCalls = 0;
  const other = createServer((_, response) => {
    strayCalls++;
    response.setHeader('Content-Type', 'text/html').end('<h1>It works!</h1>');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  const wrong = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${(other.address() as AddressInfo).port}`];

  const run = world.function({ CONSUL_HTTP_ADDR: [...wrong, world.agent(1).url].join() });
  const instances = [{ address: ON_SERVER_1, status: 'passing', published: true }];
  expect(await run()).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    instances,
    inZone: [ON_SERVER_1],
    changeCalls: 1,
  });
  expect(strayCalls).toBe(1);
  expect(await run()).toMatchObject({ outcome: 'unchanged', reason: undefined, instances, changeCalls: 0 });
  expect(strayCalls).toBe(1);

  expect(await world.function({ CONSUL_HTTP_ADDR: wrong.join() })()).toMatchObject({
    outcome: 'held',
    reason: 'source-suspect',
    message: `Consul at ${wrong[0]} refused the connection; Consul at ${wrong[1]} answered with text/html instead of JSON; kept ${ON_SERVER_1}.`,
    inZone: [ON_SERVER_1],
    changeCalls: 0,
  });
});
