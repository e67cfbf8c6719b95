import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { DEADLINE } from '../deadline.ts';
import type { World } from '../world.ts';
import {
  addressesOf,
  allAlive,
  answersSince,
  changesSince,
  experience,
  FEW,
  pair,
  passed,
  resolvesTo,
  type Scenario,
  seconds,
  twoServers,
} from './scenario.ts';

export const cutWithTwoServers: Scenario = {
  number: '3a',
  title: "Node 1's network is cut: two Consul servers",
  async run(world, from) {
    const [first, second] = pair(world);
    await twoServers(world);
    const cut = Date.now();
    await first.host.cut();
    // A fresh function finds it so, as the next invocation would. A query that hangs at the cut has its place in 3b.
    await world.updater.deploy([first.host, second.host]);
    // Neither of two servers is a majority: nothing can be said of node 1, so nothing is changed.
    const { reason } = await heldAfter(world, cut);
    await othersAnswer(world, cut);
    expect(answersSince(world, from)).toEqual([addressesOf(world.nodes)]);
    expect(changesSince(world, from)).toEqual([]);
    const healed = Date.now();
    await first.host.heal();
    await goesOn(world, healed);
    // A leader is there again. If the cut has lasted, its first word may be that node 1 failed, which is believed.
    expect(answersSince(world, from).every((addresses) => addresses.length > 0)).toBe(true);
    return `record kept (${reason}); clients go on through node 2 after their connect time-out of 1 s`;
  },
};

export const cutWithThreeServers: Scenario = {
  number: '3b',
  title: "Node 1's network is cut: a third Consul server",
  async run(world, from) {
    const [first, second] = pair(world);
    expect(await second.consul.voters()).toHaveLength(3);
    const cut = Date.now();
    await first.host.cut();
    const dropped = (await resolvesTo(world, [second])) - cut;
    await othersAnswer(world, cut);

    const healed = Date.now();
    await first.host.heal();
    const back = (await resolvesTo(world, world.nodes)) - healed;
    // If it leads, another one must: which one changes nothing once all agree on who is alive.
    await allAlive(world);
    await world.dismissThirdServer();
    expect(answersSince(world, from).every((addresses) => addresses.length > 0)).toBe(true);
    return `out of the client's resolver ${seconds(dropped)} after the cut, back ${seconds(back)} after the healing`;
  },
};

export const leaderDies: Scenario = {
  number: '7',
  title: 'The Consul leader dies, then returns',
  async run(world, from) {
    const nodes = pair(world);
    await twoServers(world);
    const leader = await nodes[0].consul.leader();
    const node = nodes.find(({ host }) => host.address === leader);
    if (!node) throw new Error(`the leader, ${leader}, is none of the nodes`);
    const killed = Date.now();
    await node.consul.kill();
    const { reason, at } = await heldAfter(world, killed);
    // One server of two has no majority, so it stays that way until the other returns.
    await until(() => world.client.queries.some((query) => query.at > at + 3_000), {
      within: DEADLINE,
      what: 'three seconds',
    });
    expect(changesSince(world, from)).toEqual([]);

    const returned = Date.now();
    await node.consul.restart();
    const back = (await goesOn(world, returned)) - returned;
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);
    expect(answersSince(world, from).every((addresses) => addresses.length > 0)).toBe(true);
    return `record kept (${reason}, first seen ${seconds(at - killed)} after); normal ${seconds(back)} after its return`;
  },
};

export const rogueRegistration: Scenario = {
  number: '9',
  title: 'rdsproxy is registered at rogue addresses',
  async run(world, from) {
    const [{ consul }] = pair(world);
    const rogue = ['169.254.169.254', '198.51.100.7'];
    const [metadata = '', elsewhere = ''] = rogue;
    const instance = (address: string) => ({ ID: `rogue-${address}`, Address: address, Port: 3306 });
    await consul.put('/v1/agent/service/register', { ...instance(metadata), Name: 'rdsproxy' });
    await consul.put('/v1/catalog/register', {
      ...{ Node: 'rogue', Address: elsewhere },
      Service: { ...instance(elsewhere), Service: 'rdsproxy' },
    });
    const told = await passed(
      world,
      from,
      ({ reason, message }) =>
        reason === 'address-not-allowed' && rogue.every((address) => message.includes(address)),
      'the function names both addresses',
    );
    // The client asks many times more, for longer than any cache keeps an answer.
    await until(() => world.client.queries.some(({ at }) => at > told.at + 3_000), {
      within: DEADLINE,
      what: 'three seconds',
    });
    expect(changesSince(world, from)).toEqual([]);
    const cleared = Date.now();
    await consul.put(`/v1/agent/service/deregister/rogue-${metadata}`, {});
    await consul.put('/v1/catalog/deregister', { Node: 'rogue' });
    await passed(world, cleared, ({ reason }) => reason === undefined, 'the function is content again');
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);
    const everResolved = world.client.resolved.flatMap(({ addresses }) => addresses);
    expect(everResolved.filter((address) => rogue.includes(address))).toEqual([]);
    return 'left out and named (address-not-allowed), never resolvable';
  },
};

/** Waits for a pass that holds the record because Consul cannot be believed or reached. */
async function heldAfter(world: World, from: number) {
  return passed(
    world,
    from,
    ({ outcome, reason }) =>
      outcome === 'held' && (reason === 'source-suspect' || reason === 'source-unavailable'),
    'the record is held',
  );
}

/** Asserts that since a moment clients were answered through the nodes that are left. */
async function othersAnswer(world: World, from: number): Promise<void> {
  const { all, queries, failed } = await experience(world, from);
  // A connection to the lost node runs into the client's time-out, and then the next address is tried. What was open
  // through that node is lost.
  expect(failed).toBeLessThanOrEqual(Math.max(2, FEW * queries));
  expect(all.filter(({ by }) => by).length).toBeGreaterThan(0);
}

/** Waits until the function reads Consul again and nothing is amiss, after a moment. @returns when. */
async function goesOn(world: World, after: number): Promise<number> {
  const good = await passed(
    world,
    after,
    ({ reason, published }) => reason === undefined && published?.length === world.nodes.length,
    'the function reads Consul again',
  );
  await resolvesTo(world, world.nodes);
  return good.at;
}
