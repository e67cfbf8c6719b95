import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { APP } from '../mariadb.ts';
import { NAME, type Node, startNode, type World } from '../world.ts';
import {
  addressesOf,
  answersSince,
  experience,
  pair,
  resolvesTo,
  type Scenario,
  seconds,
} from './scenario.ts';

export const bothHealthy: Scenario = {
  number: '1',
  title: 'Two nodes healthy',
  async run(world, from) {
    await until(() => world.client.queries.filter(({ at }) => at >= from).length >= 100, { within: 30_000 });
    const { all, failed } = await experience(world, from);
    const count = (of: 'server' | 'proxy') => {
      const counts: Record<string, number> = {};
      for (const { by } of all) if (by) counts[by[of]] = (counts[by[of]] ?? 0) + 1;
      return counts;
    };
    const [servers, proxies] = [count('server'), count('proxy')];
    expect(answersSince(world, from)).toEqual([addressesOf(world.nodes)]);
    expect(failed).toBe(0);
    expect(Object.keys(servers).sort()).toEqual(['replica-1', 'replica-2']);
    expect(Object.keys(proxies).sort()).toEqual(addressesOf(world.nodes));
    // Chance decides between two: among 100, fewer than 15 for one of them is one case in more than 10^12.
    for (const share of [...Object.values(servers), ...Object.values(proxies)]) {
      expect(share / all.length).toBeGreaterThan(0.15);
    }
    const list = (counts: Record<string, number>) =>
      Object.entries(counts)
        .sort()
        .map(([who, times]) => `${who} ${times}`)
        .join(', ');
    return `answered by ${list(servers)}; through ${list(proxies)}`;
  },
};

export const haproxyKilled: Scenario = {
  number: '2',
  title: 'HAProxy on node 1 is killed',
  async run(world, from) {
    const [first, second] = pair(world);
    const lines: Record<'fails' | 'synced', number> = { fails: 0, synced: 0 };
    first.consul.onLine((line) => {
      if (lines.fails === 0 && line.includes('Check is now critical')) lines.fails = Date.now();
      if (lines.fails > 0 && lines.synced === 0 && line.includes('Synced check')) lines.synced = Date.now();
    });
    const killed = Date.now();
    await first.proxy.kill();
    const resolved = await resolvesTo(world, [second]);
    const changed =
      world.aws.changes.find(({ at, addresses }) => at >= killed && addresses.length === 1)?.at ?? 0;
    const seen = await experience(world, from);
    // What was open on node 1 in that moment is lost; whoever connects anew goes on with the second address.
    expect(seen.failed).toBeLessThanOrEqual(2);
    expect(seen.outage).toBeLessThan(1_000);
    expect(seen.all.at(-1)?.by?.proxy).toBe(second.host.address);
    const moments = [lines.fails, lines.synced, changed, resolved];
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    expect(lines.fails).toBeGreaterThan(killed);
    // What the function promises: a change in Consul is in Route 53 within a second.
    expect(changed - lines.synced).toBeLessThan(1_000);

    await first.proxy.start();
    await resolvesTo(world, world.nodes);
    const [fails, synced, route53, client] = moments.map((at) => `+${at - killed} ms`);
    return `check fails ${fails} → Consul's catalog ${synced} → Route 53 ${route53} → the client's resolver ${client}`;
  },
};

export const drained: Scenario = {
  number: '6',
  title: 'Node 2 is drained with consul maint',
  async run(world, from) {
    const [first, second] = pair(world);
    const open = openSession(world, second, 6);
    await until(async () => (await second.proxy.sessions()) > 0, { what: 'the long session is open' });
    const left = await leaveRecord(world, second, [first]);
    second.proxy.softStop();
    await until(() => second.proxy.log().includes('Proxy mysql stopped'), {
      what: 'HAProxy has begun to stop',
    });
    expect(second.proxy.running()).toBe(true);
    expect(await open).toMatch(/^0\treplica-\d$/);
    await second.proxy.ended();
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);

    await second.proxy.start();
    await second.consul.cli('maint', '-disable', '-service=rdsproxy');
    await resolvesTo(world, world.nodes);
    return `out of the client's resolver after ${seconds(left)}; an open session ended well, then HAProxy stopped`;
  },
};

export const replaced: Scenario = {
  number: '8',
  title: 'Two new nodes join, two old ones leave',
  async run(world, from) {
    const old = pair(world);
    const fresh = [
      await world.newNode('node-3', '10.77.1.3', 'script'),
      await world.newNode('node-4', '10.77.1.4', 'http'),
    ];
    for (const node of fresh) await startNode(node, { join: old[0].host.address });
    const all = [...old, ...fresh];
    // New servers are part of the quorum only once they vote: until then, no old one may leave.
    await until(async () => (await old[0].consul.voters()).length === all.length, {
      within: 30_000,
      every: 100,
      what: 'the new Consul servers vote',
    });
    await resolvesTo(world, all);
    await world.updater.deploy(fresh.map(({ host }) => host));
    const stopped = new Map<string, number>();
    for (const node of old) {
      await leaveRecord(
        world,
        node,
        all.filter((each) => each !== node && !stopped.has(each.host.address)),
      );
      node.proxy.softStop();
      stopped.set(node.host.address, Date.now());
      await node.proxy.ended();
      await node.consul.leave();
    }
    world.nodes.splice(0, world.nodes.length, ...fresh);
    await resolvesTo(world, fresh);
    const { failed } = await experience(world, from);
    expect(failed).toBe(0);

    // Each answer, for as long as it was the one given, had an address of a node that served all that time.
    const answers = world.client.resolved.filter(({ at }) => at >= from);
    for (const [index, { addresses }] of answers.entries()) {
      const until = answers[index + 1]?.at ?? Date.now();
      const serving = addresses.filter(
        (address) => (stopped.get(address) ?? Number.POSITIVE_INFINITY) >= until,
      );
      expect(serving, `of ${addresses}`).not.toEqual([]);
    }
    return `the record went ${[2, ...answers.map(({ addresses }) => addresses.length)].join(' → ')} addresses`;
  },
};

/** Takes a node out of the record and waits until no client can be on its way to it. @returns how long it took. */
async function leaveRecord(world: World, node: Node, others: readonly Node[]): Promise<number> {
  const began = Date.now();
  await node.consul.cli('maint', '-enable', '-service=rdsproxy', '-reason=drained');
  return (await resolvesTo(world, others)) - began;
}

/** A session through one proxy that stays busy for some seconds. @returns what its query answers in the end. */
async function openSession(world: World, node: Node, busy: number): Promise<string> {
  const login = ['-h', node.host.address, '-u', APP.user, `--password=${APP.password}`];
  const query = ['-N', '-B', '-e', `SELECT SLEEP(${busy}), @@hostname`];
  const answer = await world.clientHost.run(world.parts.bin.mysql, ['--no-defaults', ...login, ...query]);
  return answer.trim();
}

/** The mysql client by hand, as the walk-through has it: which server answers at the name? */
export async function askByHand(world: World): Promise<string> {
  const login = ['-h', NAME, '-u', APP.user, `--password=${APP.password}`];
  const query = ['-N', '-B', '-e', 'SELECT @@server_id, @@hostname'];
  return (await world.clientHost.run(world.parts.bin.mysql, ['--no-defaults', ...login, ...query])).trim();
}
