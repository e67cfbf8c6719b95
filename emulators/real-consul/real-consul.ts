import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentApi } from '../consul/agent-api.ts';
import type { Consul, ConsulAgent } from '../consul/types.ts';
import type { ConsulBinary } from './find.ts';
import { freePorts, loopbackAddresses } from './loopback.ts';
import { type AgentProcess, runAgent } from './process.ts';
import { type AgentPlace, type AgentTls, agentConfig } from './real-config.ts';

/** A node to be started. */
export interface RealNode {
  name: string;
  /** False for a client agent, which can die without costing the cluster its quorum. Default true. */
  server?: boolean;
}

/** An agent of a real cluster, with its process in one's hand. */
export interface RealConsulAgent extends ConsulAgent {
  /** `https://address:port` where the cluster was started with `tls`. */
  readonly httpsUrl: string | undefined;
  /** The process id, or undefined while it is not running. */
  readonly pid: number | undefined;
  /** Ends it gracefully, in some four seconds: the node leaves the cluster and its services the catalog. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: the node stays in the catalog and its serfHealth turns critical. */
  kill(): Promise<void>;
  /** Starts it again with the data and addresses it had; returns once its HTTP API answers. */
  start(): Promise<void>;
  /** The last part of its log. */
  log(): string;
}

/** A cluster of real agents. */
export interface RealConsul extends Consul {
  readonly kind: 'real';
  readonly version: string;
  readonly agents: readonly RealConsulAgent[];
}

/**
 * Starts a real cluster: by default two servers, the first with `-bootstrap-expect 2`, the second joining it.
 * Each node has a loopback address, free ports and a temporary data folder of its own, so that clusters run side
 * by side. Ready means: a leader is known, all servers are peers, and every node is in the catalog and passing.
 *
 * @param options `binary`: as findConsul gives it; `nodes`: at least one server; `path`: where check scripts find
 *   their commands; `within`: how long start-up may take, in milliseconds (default 30,000); `config`: more of
 *   Consul's configuration for every agent, over what agentConfig says; `token`: for what the cluster itself asks
 *   its agents, where ACLs would hide the answers; `tls`: has every agent speak HTTPS as well, at a port of its own.
 * @throws Error when the cluster is not ready in time or an agent ends, with the end of the agents' logs; nothing
 *   is left running or on disk then.
 */
export async function startConsulCluster(options: {
  binary: ConsulBinary;
  nodes?: readonly RealNode[];
  path?: string;
  within?: number;
  config?: Readonly<Record<string, unknown>>;
  token?: string;
  tls?: AgentTls;
}): Promise<RealConsul> {
  const {
    binary,
    nodes = [{ name: 'consul-1' }, { name: 'consul-2' }],
    within = 30_000,
    token,
    tls,
  } = options;
  const env = { PATH: options.path ?? '/usr/local/bin:/usr/bin:/bin' };
  const home = await mkdtemp(join(tmpdir(), 'consul-'));
  const removeHome = () => rmSync(home, { recursive: true, force: true });
  process.once('exit', removeHome);

  const started: StartableAgent[] = [];
  const close = async () => {
    await Promise.all(started.map((agent) => agent.kill()));
    process.off('exit', removeHome);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  };

  try {
    const places = await choosePlaces(nodes, tls !== undefined);
    const expect = places.filter((place) => place.server).length;
    for (const [index, place] of places.entries()) {
      const config = join(home, `${place.name}.json`);
      const others = places.filter((other) => other !== place);
      const bootstrapExpect = index === 0 ? expect : undefined;
      const data = join(home, place.name);
      const settings = { ...agentConfig(place, { others, data, bootstrapExpect, tls }), ...options.config };
      await writeFile(config, JSON.stringify(settings));
      const run = () => runAgent(binary.bin, ['-config-file', config], env);
      const forget = () => forgetNode(place.name, started, token);
      started.push(startableAgent(place, run, forget));
    }
    const deadline = performance.now() + within;
    await Promise.all(started.map((agent) => agent.start(deadline)));
    await waitFor(() => isReady(started, expect, token), {
      deadline,
      agents: started,
      what: 'the cluster is not ready',
    });
    return { kind: 'real', version: binary.version, agents: started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface StartableAgent extends RealConsulAgent {
  start(deadline?: number): Promise<void>;
  running(): boolean;
}

async function choosePlaces(nodes: readonly RealNode[], secure: boolean): Promise<AgentPlace[]> {
  const addresses = loopbackAddresses(nodes.length);
  return Promise.all(
    nodes.map(async ({ name, server = true }, index) => {
      const address = addresses[index] ?? '';
      const [http = 0, rpc = 0, serf = 0, https] = await freePorts(address, secure ? 4 : 3);
      return { name, server, address, ports: { http, rpc, serf, https } };
    }),
  );
}

function startableAgent(
  place: AgentPlace,
  run: () => Promise<AgentProcess>,
  forget: () => Promise<void>,
): StartableAgent {
  const url = `http://${place.address}:${place.ports.http}`;
  let current: AgentProcess | undefined;
  const agent: StartableAgent = {
    node: place.name,
    address: place.address,
    url,
    httpsUrl: place.ports.https === undefined ? undefined : `https://${place.address}:${place.ports.https}`,
    get pid() {
      return current?.running() ? current.pid : undefined;
    },
    log: () => current?.log() ?? '',
    running: () => current?.running() ?? false,
    async stop() {
      await current?.end('SIGTERM');
      await forget();
    },
    kill: async () => current?.end('SIGKILL'),
    async start(deadline = performance.now() + 30_000) {
      if (current?.running()) return;
      current = await run();
      const answers = async () => {
        await agentApi(url).leader();
        return true;
      };
      await waitFor(answers, { deadline, agents: [agent], what: `${place.name} does not answer` });
    },
  };
  return agent;
}

/**
 * Takes a node that has left out of the catalog. The leader has done so already, but an agent that leaves soon after
 * its start can register itself again while it leaves, and the leader finds that only a minute later.
 */
async function forgetNode(
  name: string,
  agents: readonly StartableAgent[],
  token: string | undefined,
): Promise<void> {
  const other = agents.find((agent) => agent.running());
  if (!other) return;
  const response = await fetch(`${other.url}/v1/catalog/deregister`, {
    method: 'PUT',
    headers: tokenHeader(token),
    body: JSON.stringify({ Node: name }),
    signal: AbortSignal.timeout(5_000),
  });
  // Not checked: without a leader it fails, and a node that stays listed does little harm.
  await response.text();
}

function tokenHeader(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { 'X-Consul-Token': token };
}

async function isReady(
  agents: readonly StartableAgent[],
  servers: number,
  token: string | undefined,
): Promise<boolean> {
  for (const { url } of agents) {
    const api = agentApi(url, { timeout: 2_000 });
    if ((await api.leader()) === '' || (await api.peers()).length !== servers) return false;
  }
  const response = await fetch(`${agents[0]?.url}/v1/health/state/passing`, {
    headers: tokenHeader(token),
    signal: AbortSignal.timeout(2_000),
  });
  const passing = (await response.json()) as { Node: string; CheckID: string }[];
  return agents.every(({ node }) =>
    passing.some((check) => check.Node === node && check.CheckID === 'serfHealth'),
  );
}

async function waitFor(
  condition: () => Promise<boolean>,
  { deadline, agents, what }: { deadline: number; agents: readonly StartableAgent[]; what: string },
): Promise<void> {
  for (;;) {
    // A refused connection or a 500 "No cluster leader" is what a starting cluster answers.
    if (await condition().catch(() => false)) return;
    const ended = agents.find((agent) => !agent.running());
    if (ended || performance.now() > deadline) {
      const logs = agents.map((agent) => `--- ${agent.node}\n${agent.log().slice(-2_000)}`).join('\n');
      throw new Error(`${ended ? `${ended.node} ended by itself` : what}\n${logs}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
