import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { DEADLINE } from '../deadline.ts';
import { shippedSettings } from '../haproxy.ts';
import type { World } from '../world.ts';
import {
  answeredBy,
  answersSince,
  changesSince,
  experience,
  passed,
  resolvesTo,
  type Scenario,
  seconds,
} from './scenario.ts';

export const replicasDie: Scenario = {
  number: '4',
  title: 'Both replicas die',
  async run(world, from) {
    const { master, replicas } = world.databases;
    const killed = Date.now();
    await Promise.all(replicas.map((replica) => replica.kill()));
    const took = (await answeredBy(world, [master.host.name])) - killed;
    // HAProxy counts the backup: with the master alone, the nodes can still serve, and say so.
    for (const { proxy } of world.nodes) expect(await proxy.healthy()).toBe(true);
    expect(changesSince(world, from)).toEqual([]);

    const returned = Date.now();
    await Promise.all(replicas.map((replica) => replica.start()));
    const names = replicas.map(({ host }) => host.name);
    const back = (await answeredBy(world, names)) - returned;
    expect(changesSince(world, from)).toEqual([]);
    const { outage } = await experience(world, from);
    expect(outage).toBeLessThan(10_000);
    return `the master alone answers after ${seconds(took)}; reads leave it ${seconds(back)} after the replicas' start; record unchanged`;
  },
};

export const allDatabasesDie: Scenario = {
  number: '5',
  title: 'All databases die, then return',
  async run(world, from) {
    const { master, replicas } = world.databases;
    const all = [master, ...replicas];
    await Promise.all(all.map((database) => database.kill()));
    const held = await passed(
      world,
      from,
      ({ outcome, reason }) => outcome === 'held' && reason === 'no-healthy-instances',
      'the record is held',
    );
    for (const { proxy } of world.nodes) expect(await proxy.healthy()).toBe(false);
    await until(() => world.client.queries.some(({ at, error }) => at > held.at && error), {
      within: DEADLINE,
      what: 'the client notices',
    });
    expect(changesSince(world, held.at)).toEqual([]);

    const returned = Date.now();
    await Promise.all(all.map((database) => database.start()));
    await resolvesTo(world, world.nodes);
    await answeredBy(
      world,
      replicas.map(({ host }) => host.name),
    );
    const first = world.client.queries.find(({ at, by }) => at >= returned && by);
    const back = first ? first.at + first.took - returned : Number.NaN;
    const answers = answersSince(world, from);
    expect(answers.every((addresses) => addresses.length > 0)).toBe(true);
    return `record held at ${held.published?.length} (no-healthy-instances); clients are answered ${seconds(back)} after the databases' start`;
  },
};

export const replicaMoves: Scenario = {
  number: '10',
  title: "A replica's name moves to another address",
  async run(world, from) {
    const { master, replicas } = world.databases;
    const name = shippedSettings()['RDSPROXY_REPLICA_1'] ?? '';
    // The master answers under its own name whoever asks for it, which tells the new address from the old one.
    await world.aws.point(name, master.host.address);
    const moved = () =>
      world.client.queries.find(({ at, by }) => at > from && by?.server === master.host.name);
    const first = await until(moved, { within: DEADLINE, what: 'HAProxy follows the name' });
    const followed = (first?.at ?? Number.NaN) - from;
    await everyProxyMoved(world, master.host.address);
    const home = replicas[0]?.host.address ?? '';
    await world.aws.point(name, home);
    await everyProxyMoved(world, home);
    await answeredBy(
      world,
      replicas.map(({ host }) => host.name),
    );
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);
    expect(changesSince(world, from)).toEqual([]);
    return `HAProxy connects to the new address ${seconds(followed)} after the change, and back again`;
  },
};

/** Waits until HAProxy on each node has moved a server to an address, as it says in its log. */
async function everyProxyMoved(world: World, address: string): Promise<void> {
  const line = new RegExp(` changed its IP from \\S+ to ${address.replaceAll('.', '\\.')} `);
  await until(() => world.nodes.every(({ proxy }) => line.test(proxy.log())), {
    within: DEADLINE,
    what: `HAProxy on each node connects to ${address}`,
  });
}
