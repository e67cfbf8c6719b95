import { until } from '../../emulators/until.ts';
import { now, sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { startClients } from '../parts/clients.ts';
import { startConsulTemplate } from '../parts/consul-template.ts';
import { type CountingProxy, countingProxy } from '../parts/counting-proxy.ts';
import { cpuTime } from '../parts/cpu-time.ts';
import { startDeployed } from '../parts/deployed.ts';
import { type Fleet, type Flip, NAME, SERVICE, startFleet } from '../parts/fleet.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';
import { witnessHosts, witnessZone } from '../parts/witness.ts';

/** What a health flip costs Consul's servers. */
export interface Cost {
  /** Milliseconds of CPU for each flip, over what they take anyway. */
  readonly cpu: readonly number[];
  /** What went over HTTP, all clients together; absent where none of it is between the clients and the servers. */
  readonly http?: {
    /** For one flip, both ways, on average. */
    readonly bytes: number;
    /** Open while nothing happens. */
    readonly connections: number;
  };
}

export interface Loads {
  /** A flip that nobody looks at. */
  readonly nobody: Cost;
  readonly ours: Cost;
  /** Real consul-templates that ask a Consul agent of their own each, those that ask a server, and as many imitations. */
  readonly few?: { readonly behindAgents: Cost; readonly real: Cost; readonly imitated: Cost };
  /** Imitations of consul-template, by their number. */
  readonly clients: ReadonlyMap<number, Cost>;
}

export const COUNTS = [1, 100, 1_000];

/** How many real consul-templates there are. */
export const FEW = 10;

const INSTANCES = 24;

/** Flips, fewer for many clients, who take longer and vary less. */
const WHOLE = { usual: 30, many: 10 };
const QUICK = { usual: 5, many: 3 };
const MANY = 1_000;

/**
 * By default an agent takes 200 connections of one address; and gossip is Consul's own, which costs less than that of tests.
 * https://developer.hashicorp.com/consul/docs/reference/agent/configuration-file/general#http_max_conns_per_client
 */
const CONFIG = { limits: { http_max_conns_per_client: 10_000 }, gossip_lan: {} };

/** Milliseconds between two flips, and again without any; consul-template lets 100 pass between two answers. */
const PAUSE = 300;

/** Who looks at the flips. */
interface Audience {
  hasSeen(flip: Flip): boolean;
  close(): Promise<void>;
}

export async function measureLoad(bench: Bench): Promise<Loads | string> {
  if ('unavailable' in bench.consul) return `no real Consul: ${bench.consul.unavailable}`;
  const { usual, many } = bench.quick ? QUICK : WHOLE;
  const fleet = await startFleet(bench.consul, INSTANCES, { config: CONFIG, clientAgents: FEW });
  const standIns = await startStandIns(bench, { throttle: false }).catch(async (error: unknown) => {
    await fleet.close();
    throw error;
  });
  try {
    const cost = async (
      who: string,
      gather: (consul: string) => Promise<Audience>,
      flips = usual,
    ): Promise<Cost> => {
      const proxy = await countingProxy(fleet.agents[0] ?? '');
      try {
        const audience = await gather(proxy.url);
        try {
          // The first two find it still gathering.
          for (let count = 0; count < 2; count++) await flipFor(fleet, audience);
          await sleep(1_000);
          return await costOf(fleet, proxy, audience, flips);
        } finally {
          await audience.close();
        }
      } finally {
        await proxy.close();
        bench.say(`what a flip costs Consul: ${who}`);
      }
    };
    const nobody = await cost('nobody looks', async () => ({ hasSeen: () => true, close: async () => {} }));
    const ours = await cost('the function', (consul) => theFunction(bench, standIns, consul));
    const { consulTemplate } = bench;
    const few =
      'bin' in consulTemplate
        ? {
            behindAgents: withoutHttp(
              await cost(`${FEW} consul-templates behind agents`, () =>
                templates(consulTemplate.bin, fleet.clientAgents),
              ),
            ),
            real: await cost(`${FEW} consul-templates`, (consul) =>
              templates(
                consulTemplate.bin,
                Array.from({ length: FEW }, () => consul),
              ),
            ),
            imitated: await cost(`${FEW} clients`, (consul) => imitations(consul, FEW)),
          }
        : undefined;
    const clients = new Map<number, Cost>();
    for (const count of COUNTS)
      clients.set(
        count,
        await cost(`${count} clients`, (consul) => imitations(consul, count), count < MANY ? usual : many),
      );
    return { nobody, ours, ...(few && { few }), clients };
  } finally {
    await standIns.close();
    await fleet.close();
  }
}

/** Each flip comes after a while in which nothing happens, and what that cost is taken off it. */
async function costOf(fleet: Fleet, proxy: CountingProxy, audience: Audience, flips: number): Promise<Cost> {
  const meter = () => ({ at: now(), cpu: cpuTime(fleet.pids()) });
  const connections = proxy.connections();
  const bytes = proxy.bytes();
  const cpu: number[] = [];
  for (let count = 0; count < flips; count++) {
    const before = meter();
    await sleep(PAUSE);
    const begin = meter();
    await flipFor(fleet, audience);
    const end = meter();
    const idle = (begin.cpu - before.cpu) / (begin.at - before.at);
    cpu.push(end.cpu - begin.cpu - idle * (end.at - begin.at));
  }
  return { cpu, http: { bytes: (proxy.bytes() - bytes) / flips, connections } };
}

async function flipFor(fleet: Fleet, audience: Audience): Promise<void> {
  const flip = await fleet.flip();
  await until(() => audience.hasSeen(flip), { every: 5, within: 30_000, what: 'a flip' });
  await sleep(PAUSE);
}

async function theFunction(bench: Bench, standIns: RunningStandIns, consul: string): Promise<Audience> {
  const zoneId = await standIns.createZone({ others: 0, names: 0 });
  const witness = witnessZone(standIns, zoneId);
  const records = [{ service: SERVICE, name: NAME }];
  const deployed = startDeployed(bench, standIns, { zoneId, records, consul, watchSeconds: 75 });
  let isPublished = false;
  const stop = standIns.onBatch((batch) => {
    isPublished ||= batch.zoneId === zoneId;
  });
  // It ends with its process.
  deployed.invoke(80_000).catch(() => undefined);
  await until(() => isPublished, { within: 20_000, what: 'the first pass' });
  stop();
  return {
    hasSeen: (flip) => witness.arrival(flip) !== undefined,
    async close() {
      witness.close();
      await deployed.close();
    },
  };
}

const withoutHttp = ({ cpu }: Cost): Cost => ({ cpu });

/** @param addresses where each of them asks. */
async function templates(bin: string, addresses: readonly string[]): Promise<Audience> {
  const started = await Promise.all(
    addresses.map((consul) => startConsulTemplate(bin, { consul, service: SERVICE, name: NAME })),
  );
  const witnesses = started.map(witnessHosts);
  return {
    hasSeen: (flip) => witnesses.every((witness) => witness.arrival(flip) !== undefined),
    async close() {
      for (const witness of witnesses) witness.close();
      await Promise.all(started.map((template) => template.close()));
    },
  };
}

async function imitations(consul: string, count: number): Promise<Audience> {
  const clients = await startClients(consul, count);
  let before = 0;
  return {
    hasSeen() {
      if (clients.news() < before + count) return false;
      before = clients.news();
      return true;
    },
    close: clients.close,
  };
}
