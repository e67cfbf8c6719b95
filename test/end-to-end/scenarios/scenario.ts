import { until } from '../../support/until.ts';
import { type Experience, experienceOf } from '../client.ts';
import { ALIVE } from '../consul.ts';
import { CATALOG_DEADLINE, DEADLINE } from '../deadline.ts';
import type { QueryLine } from '../hosts/client.ts';
import type { Pass } from '../updater.ts';
import type { Node, World } from '../world.ts';

/** One thing that happens to the set-up, from calm to calm. */
export interface Scenario {
  readonly number: string;
  readonly title: string;
  /** What takes long and disturbs nobody: begun some scenarios earlier. May be called again, and by `run` too. */
  prepare?(world: World): Promise<unknown>;
  /**
   * Lets it happen, and asserts on what the client sees.
   *
   * @param from when it began, in milliseconds since 1970.
   * @returns what is worth telling, for the table.
   * @throws what an assertion throws.
   */
  run(world: World, from: number): Promise<string>;
}

/**
 * How much of what clients asked may fail while a node is out of reach. The promise is none, as the other node answers;
 * but where the machine is so busy that the other one, too, is late, the client's own time-out strikes. A name that
 * leads to the lost node alone fails all of them, one that leads to it at times fails half.
 */
export const FEW = 0.1;

/** Waits until the client's resolver answers with exactly these nodes. @returns when it first did. */
export async function resolvesTo(world: World, nodes: readonly Node[]): Promise<number> {
  const wanted = addressesOf(nodes).join();
  await until(() => world.client.addresses().join() === wanted, {
    within: CATALOG_DEADLINE,
    what: `the name resolves to ${wanted}`,
  });
  return world.client.resolved.at(-1)?.at ?? 0;
}

/** Waits for a pass of the function that began after a moment and is as wanted. */
export async function passed(
  world: World,
  after: number,
  wanted: (pass: Pass) => boolean,
  what: string,
): Promise<Pass> {
  const find = () => world.updater.passes.find((pass) => pass.at > after && wanted(pass));
  return until(find, { within: CATALOG_DEADLINE, what }).then((pass) => pass as Pass);
}

/** Waits until the newest queries, so many in a row, are all answered by these databases. @returns when they began. */
export async function answeredBy(world: World, servers: readonly string[], inARow = 10): Promise<number> {
  const began = Date.now();
  const newest = () => world.client.queries.filter(({ at }) => at >= began).slice(-inARow);
  const settled = () => {
    const row = newest();
    return row.length === inARow && row.every(({ by }) => by && servers.includes(by.server));
  };
  await until(settled, { within: DEADLINE, what: `${servers.join(' or ')} answers` });
  const row = newest().map(({ at }) => at);
  return Math.min(...row);
}

/** What the client went through from a moment until now. */
export async function experience(
  world: World,
  from: number,
): Promise<Experience & { all: readonly QueryLine[] }> {
  const to = Date.now();
  const all = await world.client.between(from, to);
  return { ...experienceOf(all, from, to), all };
}

/** The answers that the client's resolver gave since a moment, the one that was in force then included. */
export function answersSince(world: World, from: number): readonly (readonly string[])[] {
  const { resolved } = world.client;
  const first = resolved.findLastIndex(({ at }) => at <= from);
  return resolved.slice(Math.max(0, first)).map(({ addresses }) => addresses);
}

/** What Route 53 accepted as changes of the record since a moment, by Route 53's own clock. */
export function changesSince(world: World, from: number): readonly unknown[] {
  return world.aws.changes.filter(({ at }) => at >= from);
}

export function addressesOf(nodes: readonly Node[]): readonly string[] {
  return nodes.map(({ host }) => host.address).sort();
}

/** The two nodes that the scenarios begin and end with. */
export function pair(world: World): readonly [Node, Node] {
  const [first, second] = world.nodes;
  if (!first || !second || world.nodes.length !== 2) throw new Error('there are not two nodes');
  return [first, second];
}

/** Waits until the nodes' own Consul servers are the only ones, and both know a leader. */
export async function twoServers(world: World): Promise<void> {
  await world.dismissThirdServer();
  const servers = addressesOf(world.nodes).join();
  await quorum(world, (voters) => [...voters].sort().join() === servers);
}

/** Waits until both nodes' Consul servers know a leader and agree on voters that are as wanted. */
async function quorum(world: World, wanted: (voters: readonly string[]) => boolean): Promise<void> {
  const settled = async () => {
    const views = world.nodes.map(
      async ({ consul }) => [await consul.leader(), await consul.voters()] as const,
    );
    return (await Promise.all(views)).every(([leader, voters]) => leader && wanted(voters));
  };
  await until(settled, { within: DEADLINE, every: 100, what: 'both Consul servers know a leader' });
}

/**
 * Waits until every Consul server of the nodes takes all members for alive. One that still takes a node for failed
 * says so as soon as it becomes the leader, and takes that back a moment later.
 */
export async function allAlive(world: World): Promise<void> {
  const seen = async () => {
    const views = await Promise.all(world.nodes.map(({ consul }) => consul.members()));
    return views.every((view) =>
      world.nodes.every(({ host }) =>
        view.some(({ Name, Status }) => Name === host.name && Status === ALIVE),
      ),
    );
  };
  await until(seen, { within: DEADLINE, every: 100, what: 'each Consul server takes all nodes for alive' });
}

/**
 * Waits until each node's agent says that its checks pass, and each server's catalog that those of all nodes do. An
 * agent that was cut off may have seen its check fail meanwhile, and tells the catalog when it comes to it.
 */
async function allPassing(world: World): Promise<void> {
  const names = world.nodes.map(({ host }) => host.name);
  const seen = async () => {
    const views = await Promise.all(world.nodes.map(({ consul }) => consul.passing(names)));
    return views.every((passing) => passing);
  };
  await until(seen, {
    within: CATALOG_DEADLINE,
    every: 100,
    what: 'each Consul server says that all checks pass',
  });
}

/**
 * Waits until all is well: both nodes vote, are alive to each other, pass their checks, are resolved and reach every
 * database. A node serves as soon as it reaches one database again, which may be the one that the next scenario takes
 * away.
 */
export async function calm(world: World): Promise<void> {
  const servers = addressesOf(world.nodes);
  await quorum(world, (voters) => servers.every((address) => voters.includes(address)));
  await allAlive(world);
  const { master, replicas } = world.databases;
  const reachAll = async () => {
    const up = await Promise.all(world.nodes.map(({ proxy }) => proxy.up()));
    return up.every((names) => names.length === [master, ...replicas].length);
  };
  await until(reachAll, {
    within: DEADLINE,
    every: 100,
    what: 'HAProxy on each node reaches every database',
  });
  await allPassing(world);
  await resolvesTo(world, world.nodes);
}

/** Milliseconds as seconds with one decimal place. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
