import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import { type ConsulStandIn, startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import {
  type HostedZone,
  type RecordSet,
  type Route53Server,
  startRoute53,
} from '../../emulators/route53/server.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { seeded } from '../simulation/random.ts';
import { buildFunction, type FunctionProcess, startFunction } from '../support/function-process.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { until } from '../support/until.ts';

/** A service and the name that publishes it. */
export interface Published {
  readonly service: string;
  readonly name: string;
}

/** Milliseconds of the network, each way. */
const LATENCY = { least: 20, most: 120 };

/** Milliseconds that an invocation has; a test ends its window when it has seen enough. */
const TIME = 600_000;

/** How a function is invoked. */
export interface Invocation {
  readonly event?: object;
  /** By default as a schedule does, with a window that lasts until it is ended. */
  readonly watchSeconds?: number;
}

/** A function in a process of its own, with a way of its own to Consul and to Route 53. */
export interface Running {
  readonly route53: Relay;
  readonly process: FunctionProcess;
  /** Who it is to Route 53, as the stand-in notes of each request. */
  readonly accessKeyId: string;
  /** Resolves when it waits for news of every service. */
  isWatching(): Promise<void>;
  /** Ends its window, if it has one. @returns its report. */
  end(): Promise<RunReport>;
  /** Resolves when it has ended of itself. */
  ended(): Promise<RunReport>;
}

/** Both stand-ins and the functions between them. Its members work inside a test only. */
export interface SideBySide {
  readonly route53: Route53Server;
  readonly consul: ConsulStandIn;
  readonly zone: HostedZone;
  readonly random: ReturnType<typeof seeded>;
  agent(node: number): AgentApi;
  /** Registers an instance of a service on a node, with a check that passes; its ID is the address. */
  register(node: number, service: string, address: string): Promise<void>;
  setStatus(node: number, address: string, status: CheckStatus): Promise<void>;
  start(records: readonly Published[], invocation?: Invocation): Promise<Running>;
  /** The addresses at a name, sorted. */
  at(name: string): readonly string[];
  /** Lets Route 53's limits recover at once. */
  refill(): void;
}

/**
 * Builds the function once for a file, and gives each test a Consul of two nodes and a zone of its own.
 *
 * @param seed of the latencies, and of what the test draws.
 */
export function useSideBySide({ seed, throttle = false }: { seed: number; throttle?: boolean }): SideBySide {
  let folder = '';
  let node = '';
  let world: Omit<SideBySide, 'start'> & { close(): Promise<void> };
  let running: { readonly process: FunctionProcess; readonly relays: readonly Relay[] }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'side-by-side-'));
    node = await buildFunction(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    world = await startWorld(seed, throttle);
  });
  afterEach(async () => {
    for (const { process, relays } of running) {
      process.process.kill('SIGKILL');
      await process.report.catch(() => undefined);
      await Promise.all(relays.map((relay) => relay.close()));
    }
    running = [];
    await world.close();
  });

  return {
    get route53() {
      return world.route53;
    },
    get consul() {
      return world.consul;
    },
    get zone() {
      return world.zone;
    },
    get random() {
      return world.random;
    },
    agent: (node) => world.agent(node),
    register: (node, service, address) => world.register(node, service, address),
    setStatus: (node, address, status) => world.setStatus(node, address, status),
    at: (name) => world.at(name),
    refill: () => world.refill(),
    async start(records, { event = {}, watchSeconds = TIME / 1_000 } = {}) {
      const { consul, random, zone } = world;
      const delay = () => random.between(LATENCY.least, LATENCY.most);
      const route53 = await startRelay(world.route53.url, delay);
      const agents = await Promise.all(consul.agents.map(({ url }) => startRelay(url, delay)));
      const before = consul.requests.length;
      const accessKeyId = `AKIDFUNCTION${running.length}`;
      const process = startFunction(
        folder,
        {
          ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' },
          AWS_ENDPOINT_URL_ROUTE_53: route53.url,
          CONSUL_HTTP_ADDR: agents.map(({ url }) => url).join(),
          HOSTED_ZONE_ID: zone.id,
          RECORDS: JSON.stringify(records),
          WATCH_SECONDS: String(watchSeconds),
        },
        TIME,
        event,
        node,
      );
      running.push({ process, relays: [route53, ...agents] });
      const ended = async () => {
        const report = await process.report;
        if (!report) throw new Error('the function was killed');
        return report;
      };
      const ports = new Set(agents.map(({ url }) => new URL(url).host));
      return {
        route53,
        process,
        accessKeyId,
        ended,
        async isWatching() {
          const isHeld = () => {
            const own = consul.requests.slice(before).filter(({ headers }) => ports.has(headers.host ?? ''));
            const held = own.filter(({ query }) => query['index']).map(({ path }) => path);
            return new Set(held).size === new Set(records.map(({ service }) => service)).size;
          };
          await until(isHeld, { within: 150_000, every: 50, what: 'a watch of every service' });
        },
        end() {
          process.end();
          return ended();
        },
      };
    },
  };
}

async function startWorld(seed: number, throttle: boolean) {
  let skipped = 0;
  const route53 = await startRoute53({ throttle, now: () => performance.now() + skipped });
  const consul = await startConsulStandIn({
    nodes: [
      { name: 'consul-1', address: '10.0.9.1' },
      { name: 'consul-2', address: '10.0.9.2' },
    ],
  });
  const zone = route53.zones.create({ name: 'corp.internal', private: true });
  const agents = consul.agents.map(({ url }) => agentApi(url));
  const agent = (node: number) => {
    const found = agents[node];
    if (!found) throw new Error(`there is no node number ${node}`);
    return found;
  };
  return {
    ...{ route53, consul, zone, agent },
    random: seeded(seed),
    register: (node: number, service: string, address: string) =>
      agent(node).register({
        ...{ Name: service, ID: address, Address: address, Port: 3306 },
        Check: { CheckID: `check-${address}`, TTL: '1h', Status: 'passing' },
      }),
    setStatus: (node: number, address: string, status: CheckStatus) =>
      agent(node).setStatus(`check-${address}`, status),
    at: (name: string) => addressesIn(zone.find(name, 'A')),
    refill() {
      skipped += 60_000;
    },
    close: async () => void (await Promise.all([route53.close(), consul.close()])),
  };
}

const addressesIn = (sets: readonly RecordSet[]) => sets.flatMap(({ values }) => values).sort();
