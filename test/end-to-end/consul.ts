import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { Host } from './network.ts';
import type { Parts } from './parts.ts';
import type { RunningProgram } from './program.ts';

const shipped = (file: string) => fileURLToPath(new URL(`../../rdsproxy-node/${file}`, import.meta.url));

/** How a server comes into the cluster, as on the command line. */
export type Entry = { readonly bootstrapExpect: number } | { readonly join: string };

/** A Consul server on a host. */
export interface ConsulServer {
  readonly host: Host;
  start(entry: Entry): Promise<void>;
  /** Starts it again with the data it had. */
  restart(): Promise<void>;
  /** Ends it as a power cut would: it stays in the catalog. */
  kill(): Promise<void>;
  /**
   * Leaves the cluster for good, by `consul leave`. Ends it as soon as the cluster has let it go: by itself it would
   * wait some seconds more for its farewell to be spread, as long as its news are told here.
   *
   * @param witness one of the servers that stay.
   */
  leave(witness: ConsulServer): Promise<void>;
  /** Runs a command of the Consul CLI on the host. */
  cli(...args: string[]): Promise<string>;
  /** Sends a request to the agent's HTTP API, from the host itself. */
  put(path: string, body: object): Promise<void>;
  /** The leader's address without its port, or an empty string. */
  leader(): Promise<string>;
  /** The addresses of the servers that vote. */
  voters(): Promise<readonly string[]>;
  /** Whether all checks pass: those that its own agent runs, and in its copy of the catalog those of these nodes. */
  passing(nodes: readonly string[]): Promise<boolean>;
  log(): string;
  /** Calls back with each line of its log, over restarts. */
  onLine(listener: (line: string) => void): void;
}

/** How often Consul runs the check here; on a real node every 10 s. */
const CHECK_INTERVAL = '1s';

/** Which of the two shipped service definitions a node has. */
export type Check = 'script' | 'http';

/**
 * Consul for a host, not yet started.
 *
 * @param check without it, the server is only there for the quorum, and no service is registered.
 */
export function consulOn(parts: Parts, host: Host, check?: Check): ConsulServer {
  const folder = join(host.folder, 'consul.d');
  mkdirSync(folder);
  writeFileSync(join(folder, 'agent.json'), JSON.stringify(agentSettings(host, check !== undefined)));
  copyFileSync(shipped('consul-agent.hcl'), join(folder, 'rdsproxy-agent.hcl'));
  if (check) writeFileSync(join(folder, 'rdsproxy.hcl'), serviceDefinition(check));

  const listeners: ((line: string) => void)[] = [];
  let program: RunningProgram | undefined;
  const run = async (...args: string[]) => {
    program = await host.start(parts.bin.consul, ['agent', '-server', '-config-dir', folder, ...args]);
    program.onLine((line) => {
      for (const listener of listeners) listener(line);
    });
    await until(() => get('/v1/agent/self'), {
      within: DEADLINE,
      every: 50,
      what: `Consul on ${host.name}`,
    }).catch((error: unknown) => {
      throw new Error(`Consul on ${host.name} did not start\n${program?.log()}`, { cause: error });
    });
  };
  const get = (path: string) => host.run(parts.bin.curl, ['-sf', '-m', '10', `http://127.0.0.1:8500${path}`]);

  return {
    host,
    start: (entry) =>
      'join' in entry ? run('-join', entry.join) : run('-bootstrap-expect', String(entry.bootstrapExpect)),
    // It finds the others again by what it remembers of them.
    restart: () => run(),
    kill: async () => program?.end('SIGKILL'),
    async leave(witness) {
      const leaving = host.run(parts.bin.consul, ['leave']).catch((error: unknown) => error);
      const gone = async () => {
        if (program?.running() === false) return true;
        if ((await witness.voters()).includes(host.address)) return false;
        const row = (await witness.cli('members'))
          .split('\n')
          .find((line) => line.startsWith(`${host.name} `));
        return row === undefined || /\bleft\b/.test(row);
      };
      await until(gone, { within: DEADLINE, every: 100, what: `Consul on ${host.name} has left` });
      await program?.end('SIGKILL');
      await leaving;
    },
    cli: (...args) => host.run(parts.bin.consul, args),
    async put(path, body) {
      const request = ['-X', 'PUT', '-d', JSON.stringify(body), `http://127.0.0.1:8500${path}`];
      await host.run(parts.bin.curl, ['-sf', '-m', '10', ...request]);
    },
    leader: async () => JSON.parse(await get('/v1/status/leader')).replace(/:\d+$/, ''),
    async voters() {
      const { Servers } = JSON.parse(await get('/v1/operator/raft/configuration')) as RaftConfiguration;
      return Servers.filter(({ Voter }) => Voter).map(({ Address }) => Address.replace(/:\d+$/, ''));
    },
    async passing(nodes) {
      const own = Object.values(JSON.parse(await get('/v1/agent/checks')) as Record<string, CheckState>);
      const catalog = JSON.parse(await get('/v1/health/state/any?stale')) as CheckState[];
      const checks = [...own, ...catalog.filter(({ Node }) => nodes.includes(Node))];
      return checks.every(({ Status }) => Status === 'passing');
    },
    log: () => program?.log() ?? '',
    onLine: (listener) => void listeners.push(listener),
  };
}

interface RaftConfiguration {
  Servers: { Address: string; Voter: boolean }[];
}

interface CheckState {
  Node: string;
  Status: string;
}

/** The shipped definition, with a shorter interval and with the script where it is in this repository. */
function serviceDefinition(check: Check): string {
  const file = check === 'script' ? 'rdsproxy.hcl' : 'rdsproxy-http-check.hcl';
  const text = readFileSync(shipped(file), 'utf8');
  const interval = /interval += "10s"/;
  if (!interval.test(text)) throw new Error(`${file} has another interval than 10 s`);
  return text
    .replace(interval, `interval = "${CHECK_INTERVAL}"`)
    .replace('"/usr/local/bin/check_haproxy.sh"', JSON.stringify(shipped('check_haproxy.sh')));
}

/**
 * Timings far below Consul's defaults, so that a failure is seen in a few seconds instead of in half a minute.
 *
 * @param isCut whether the host, or one that it talks to alone, may be cut off.
 */
function agentSettings(host: Host, isCut: boolean): object {
  return {
    node_name: host.name,
    bind_addr: host.address,
    client_addr: '0.0.0.0',
    data_dir: join(host.folder, 'consul-data'),
    ports: { serf_wan: -1, dns: -1, grpc: -1 },
    disable_update_check: true,
    check_update_interval: '0s',
    performance: { raft_multiplier: 1, leave_drain_time: '1s', rpc_hold_timeout: '2s' },
    gossip_lan: {
      gossip_interval: '100ms',
      probe_interval: '500ms',
      // Long enough that a busy machine's pauses are no death.
      probe_timeout: '400ms',
      suspicion_mult: 4,
      ...(isCut && {
        // News of a death are told for so long that whoever is told dead hears it once its network is back, and
        // objects. By default that takes until the next reconnect, every 30 s, which no setting shortens.
        retransmit_mult: 500,
      }),
    },
    autopilot: {
      // How long a new server must be well before it gets a vote; by default 10 s.
      server_stabilization_time: '1s',
      // A server that is cut off comes back here, rather than being expelled when autopilot next looks.
      cleanup_dead_servers: false,
    },
  };
}
