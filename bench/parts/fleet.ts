import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import { type ConsulBinary, findConsul } from '../../emulators/real-consul/find.ts';
import { startConsulCluster } from '../../emulators/real-consul/real-consul.ts';
import { until } from '../../emulators/until.ts';
import { goTool } from '../../test/real-parts/go-tool.ts';
import { now } from '../clock.ts';

export const SERVICE = 'rdsproxy';
export const NAME = 'rdsproxy.corp.internal';

const SERVERS = [{ name: 'consul-1' }, { name: 'consul-2' }];

/** Milliseconds in which a current Consul is built, the first time. */
const BUILD = 3_600_000;

/**
 * @returns the Consul that `CONSUL_BIN` names, else a current one, as this project's own script builds it, or the oldest
 *   that is supported; or why there is none.
 */
export async function consulFor(
  env: Readonly<Record<string, string | undefined>>,
  oldest: boolean,
): Promise<ConsulBinary | { readonly unavailable: string }> {
  if (env['CONSUL_BIN'] || oldest) return findConsul({ CONSUL_BIN: env['CONSUL_BIN'] });
  const tool = await goTool('consul-latest', env, BUILD);
  return 'bin' in tool ? findConsul({ CONSUL_BIN: tool.bin }) : tool;
}

/** A health flip of one instance. */
export interface Flip {
  readonly address: string;
  readonly to: 'passing' | 'critical';
  /** When the agent was told, on the shared clock. Its answer may come after the change has arrived everywhere. */
  readonly at: number;
}

/** A real Consul cluster with one service. */
export interface Fleet {
  readonly version: string;
  /** The addresses of Consul's servers. */
  readonly agents: readonly string[];
  /** Their processes. */
  pids(): readonly number[];
  /** The addresses of agents that are no servers. */
  readonly clientAgents: readonly string[];
  /** Lets the instance fail that has been up longest, or recover the one that has been down longest. */
  flip(): Promise<Flip>;
  close(): Promise<void>;
}

/**
 * @param instances how many there are; so many flips lie between two of the same instance.
 * @param options `clientAgents`: how many agents there are besides the servers; `config`: more of Consul's configuration.
 */
export async function startFleet(
  binary: ConsulBinary,
  instances: number,
  {
    clientAgents = 0,
    config = {},
  }: { readonly clientAgents?: number; readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<Fleet> {
  const clients = Array.from({ length: clientAgents }, (_, index) => ({
    name: `client-${index}`,
    server: false,
  }));
  const consul = await startConsulCluster({
    ...{ binary, config, within: 90_000 },
    nodes: [...SERVERS, ...clients],
  });
  const servers = consul.agents.slice(0, SERVERS.length);
  try {
    const agents = servers.map(({ url }) => url);
    const api = agentApi(agents[0] ?? '');
    const addresses = Array.from({ length: instances }, (_, index) => `10.0.1.${index + 1}`);
    // Half of them stay up, so that no guard has a say, and a name never has more than Route 53 takes.
    const up = addresses.slice(0, instances / 2);
    const down = addresses.slice(instances / 2);
    await register(api, up, 'passing');
    await register(api, down, 'critical');
    await until(async () => (await api.health(SERVICE)).entries.length === instances, {
      what: 'the whole service in the catalog',
    });
    return {
      version: consul.version,
      agents,
      pids: () => servers.flatMap(({ pid }) => pid ?? []),
      clientAgents: consul.agents.slice(SERVERS.length).map(({ url }) => url),
      async flip() {
        const to = down.length < instances / 2 ? 'critical' : 'passing';
        const address = (to === 'critical' ? up : down).shift() ?? '';
        (to === 'critical' ? down : up).push(address);
        const at = now();
        await api.setStatus(`check-${address}`, to);
        return { address, to, at };
      },
      close: () => consul.close(),
    };
  } catch (error) {
    await consul.close();
    throw error;
  }
}

async function register(api: AgentApi, addresses: readonly string[], Status: Flip['to']): Promise<void> {
  for (const address of addresses) {
    await api.register({
      ...{ Name: SERVICE, ID: address, Address: address, Port: 3306 },
      Check: { CheckID: `check-${address}`, TTL: '1h', Status },
    });
  }
}
