import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { DEADLINE } from '../deadline.ts';
import { APP, type Database } from '../mariadb.ts';
import { NAME, type Node, type World } from '../world.ts';
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
    await until(() => world.client.queries.filter(({ at }) => at >= from).length >= 60, {
      within: DEADLINE,
      what: '60 queries',
    });
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
    // Chance decides between two: among 60, fewer than 10 for one of them is one case in 10^7.
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
    const lines: string[] = [];
    first.consul.onLine((line) => void lines.push(line));
    const killed = Date.now();
    await first.proxy.kill();
    const gone = Date.now();
    const resolved = await resolvesTo(world, [second]);
    const changed =
      world.aws.changes.find(({ at, addresses }) => at >= killed && addresses.length === 1)?.at ?? 0;
    const { all } = await experience(world, from);
    // What was open on node 1 in that moment is lost; whoever connects anew goes on with the second address.
    expect(all.filter(({ at, by }) => at >= gone && !by)).toEqual([]);
    expect(all.at(-1)?.by?.proxy).toBe(second.host.address);
    const fails = momentOf(lines, 'Check is now critical');
    const synced = momentOf(lines, 'Synced check', fails);
    // Each by the clock of who tells it: when it is read here depends on how busy the machine is.
    const order = [killed, fails, changed, resolved];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    // What the function promises: a change in Consul is in Route 53 within a second.
    expect(changed - synced).toBeLessThan(1_000);

    await first.proxy.start();
    await resolvesTo(world, world.nodes);
    const after = (at: number) => `+${at - killed} ms`;
    return `check fails ${after(fails)} → Consul's catalog ${after(synced)} → Route 53 ${after(changed)} → the client's resolver ${after(resolved)}`;
  },
};

export const drained: Scenario = {
  number: '6',
  title: 'Node 2 is drained with consul maint',
  async run(world, from) {
    const [first, second] = pair(world);
    const { open, finish } = await openSession(world, second);
    const left = await leaveRecord(world, second, [first]);
    second.proxy.softStop();
    await until(() => second.proxy.log().includes('Proxy mysql stopped'), {
      within: DEADLINE,
      what: 'HAProxy has begun to stop',
    });
    expect(second.proxy.running()).toBe(true);
    await finish();
    expect(await open).toMatch(/^1\treplica-\d$/);
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
  prepare: freshNodes,
  async run(world, from) {
    const old = pair(world);
    const fresh = await freshNodes(world);
    const all = [...old, ...fresh];
    const voters = addressesOf(all).join();
    // New servers are part of the quorum only once they vote: until then, no old one may leave.
    await until(async () => [...(await old[0].consul.voters())].sort().join() === voters, {
      within: DEADLINE,
      every: 100,
      what: 'the new Consul servers vote',
    });
    await Promise.all(fresh.map(({ proxy }) => proxy.start()));
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
      await node.consul.leave(fresh[0].consul);
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

/** Nodes of which each world has got some already. */
const joining = new WeakMap<World, Promise<readonly [Node, Node]>>();

/**
 * Two more nodes, whose Consul servers have joined but need not vote yet, which takes them up to 10 s. Without HAProxy
 * their checks fail, so no client is led to them.
 */
function freshNodes(world: World): Promise<readonly [Node, Node]> {
  const join = async () => {
    const [first] = pair(world);
    await world.dismissThirdServer();
    const fresh = [
      await world.newNode('node-3', '10.77.1.3', 'script'),
      await world.newNode('node-4', '10.77.1.4', 'http'),
    ] as const;
    await Promise.all(fresh.map(({ consul }) => consul.start({ join: first.host.address })));
    return fresh;
  };
  const known = joining.get(world) ?? join();
  joining.set(world, known);
  return known;
}

/** A session through one proxy whose query ends when it is told to. */
interface LongSession {
  /** What its query answers in the end. */
  readonly open: Promise<string>;
  finish(): Promise<void>;
}

/** Opens a session whose query waits for a lock that is held on each database. */
async function openSession(world: World, node: Node): Promise<LongSession> {
  const lock = 'drained';
  const { replicas } = world.databases;
  const holder = (replica: Database) => replica.sql(`SELECT IS_USED_LOCK('${lock}')`);
  const holders = replicas.map((replica) =>
    // It ends by being killed, which is an error.
    replica.sql(`SELECT GET_LOCK('${lock}', 0); SELECT SLEEP(300)`).catch(() => undefined),
  );
  for (const replica of replicas)
    await until(async () => (await holder(replica)) !== 'NULL', { within: DEADLINE, what: 'a lock is held' });
  const login = ['-h', node.host.address, '-u', APP.user, `--password=${APP.password}`];
  const query = ['-N', '-B', '-e', `SELECT GET_LOCK('${lock}', 300), @@hostname`];
  const answer = world.clientHost.run(world.parts.bin.mysql, ['--no-defaults', ...login, ...query], {
    within: 2 * DEADLINE,
  });
  const waiting = `SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'`;
  const isOpen = async () =>
    (await Promise.all(replicas.map((replica) => replica.sql(waiting)))).some((count) => count === '1');
  await until(isOpen, { within: DEADLINE, every: 50, what: 'the long session is open' });
  return {
    open: answer.then((text) => text.trim()),
    async finish() {
      for (const replica of replicas) await replica.sql(`KILL ${await holder(replica)}`);
      await Promise.all(holders);
    },
  };
}

/** When Consul wrote the first line of its log that has some text, not before a moment. Milliseconds since 1970. */
function momentOf(lines: readonly string[], text: string, from = 0): number {
  const moments = lines
    .filter((line) => line.includes(text))
    .map((line) => Date.parse(line.trim().split(' ')[0] ?? ''));
  return moments.find((moment) => moment >= from) ?? Number.NaN;
}

/** The mysql client by hand, as the walk-through has it: which server answers at the name? */
export async function askByHand(world: World): Promise<string> {
  const login = ['-h', NAME, '-u', APP.user, `--password=${APP.password}`];
  const query = ['-N', '-B', '-e', 'SELECT @@server_id, @@hostname'];
  return (await world.clientHost.run(world.parts.bin.mysql, ['--no-defaults', ...login, ...query])).trim();
}
