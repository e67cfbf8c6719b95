import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { consulOn } from '../consul.ts';
import type { World } from '../world.ts';
import {
  addressesOf,
  answersSince,
  changesSince,
  experience,
  pair,
  passed,
  resolvesTo,
  type Scenario,
  seconds,
} from './scenario.ts';

export const cutWithTwoServers: Scenario = {
  number: '3a',
  title: "Node 1's network is cut: two Consul servers",
  async run(world, from) {
    const [first] = pair(world);
    await first.host.cut();
    // Neither of two servers is a majority: nothing can be said of node 1, so nothing is changed.
    const { reason } = await heldAfter(world, from);
    const seen = await experience(world, from);
    expect(changesSince(world, from)).toBe(0);
    expect(answersSince(world, from)).toEqual([addressesOf(world.nodes)]);
    // The name still has node 1's address: a connection to it runs into its time-out, and then the next is tried. Only
    // what was open through node 1 in that moment is lost.
    expect(seen.outage).toBeLessThan(1_000);
    expect(seen.failed).toBeLessThanOrEqual(2);
    await first.host.heal();
    await goesOn(world);
    return `record kept (${reason}); clients go on through node 2 after their connect time-out of 1 s`;
  },
};

export const cutWithThreeServers: Scenario = {
  number: '3b',
  title: "Node 1's network is cut: a third Consul server",
  async run(world, from) {
    const [first, second] = pair(world);
    const quorum = consulOn(world.parts, await world.network.host('quorum', '10.77.3.1'));
    await quorum.start({ join: second.host.address });
    await until(async () => (await second.consul.voters()).length === 3, {
      within: 30_000,
      every: 100,
      what: 'the third server votes',
    });

    const cut = Date.now();
    await first.host.cut();
    const dropped = (await resolvesTo(world, [second])) - cut;
    const { outage } = await experience(world, from);
    expect(outage).toBeLessThan(1_000);

    const healed = Date.now();
    await first.host.heal();
    const back = (await resolvesTo(world, world.nodes)) - healed;
    await quorum.leave();
    expect(answersSince(world, from).every((addresses) => addresses.length > 0)).toBe(true);
    return `out of the client's resolver ${seconds(dropped)} after the cut, back ${seconds(back)} after the healing`;
  },
};

export const leaderDies: Scenario = {
  number: '7',
  title: 'The Consul leader dies, then returns',
  async run(world, from) {
    const nodes = pair(world);
    const leader = await nodes[0].consul.leader();
    const node = nodes.find(({ host }) => host.address === leader);
    if (!node) throw new Error(`the leader, ${leader}, is none of the nodes`);
    await node.consul.kill();
    const { reason, at } = await heldAfter(world, from);
    // One server of two has no majority, so it stays that way until the other returns.
    await until(() => world.client.queries.some((query) => query.at > at + 3_000), { what: 'three seconds' });
    expect(changesSince(world, from)).toBe(0);

    const returned = Date.now();
    await node.consul.restart();
    const back = (await goesOn(world)) - returned;
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);
    expect(answersSince(world, from).every((addresses) => addresses.length > 0)).toBe(true);
    return `record kept (${reason}, first seen ${seconds(at - from)} after); normal ${seconds(back)} after its return`;
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
    await until(() => world.client.queries.some(({ at }) => at > told.at + 3_000), { within: 10_000 });
    expect(changesSince(world, from)).toBe(0);
    await consul.put(`/v1/agent/service/deregister/rogue-${metadata}`, {});
    await consul.put('/v1/catalog/deregister', { Node: 'rogue' });
    await passed(world, Date.now(), ({ reason }) => reason === undefined, 'the function is content again');
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

/** Waits until the function reads Consul again and nothing is amiss. @returns when. */
async function goesOn(world: World): Promise<number> {
  const good = await passed(
    world,
    Date.now(),
    ({ reason, published }) => reason === undefined && published?.length === world.nodes.length,
    'the function reads Consul again',
  );
  await resolvesTo(world, world.nodes);
  return good.at;
}
