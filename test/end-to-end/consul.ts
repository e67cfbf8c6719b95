import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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
  /** Sends a request to the agent's HTTP API. */
  put(path: string, body: object): Promise<void>;
  /** All members that it knows of. */
  members(): Promise<readonly Member[]>;
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

/** A member of the cluster as one server sees it. */
export interface Member {
  readonly Name: string;
  readonly Status: number;
}

/** Statuses of a member: `MemberStatus` in serf/serf.go. */
export const ALIVE = 1;
const LEFT = 3;

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
    await until(() => ask('/v1/agent/self'), {
      within: DEADLINE,
      every: 50,
      what: `Consul on ${host.name}`,
    }).catch((error: unknown) => {
      throw new Error(`Consul on ${host.name} did not start\n${program?.log()}`, { cause: error });
    });
  };
  // Its socket is in the file system, which all hosts share: no program has to be started on the host for a question.
  const ask = (path: string, body?: object) => askAt(socketOf(host), path, body);

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
        const own = (await witness.members()).find(({ Name }) => Name === host.name);
        return own === undefined || own.Status === LEFT;
      };
      await until(gone, { within: DEADLINE, every: 100, what: `Consul on ${host.name} has left` });
      await program?.end('SIGKILL');
      await leaving;
    },
    cli: (...args) => host.run(parts.bin.consul, args),
    put: async (path, body) => void (await ask(path, body)),
    members: async () => JSON.parse(await ask('/v1/agent/members')),
    leader: async () => JSON.parse(await ask('/v1/status/leader')).replace(/:\d+$/, ''),
    async voters() {
      const { Servers } = JSON.parse(await ask('/v1/operator/raft/configuration')) as RaftConfiguration;
      return Servers.filter(({ Voter }) => Voter).map(({ Address }) => Address.replace(/:\d+$/, ''));
    },
    async passing(nodes) {
      const own = Object.values(JSON.parse(await ask('/v1/agent/checks')) as Record<string, CheckState>);
      const catalog = JSON.parse(await ask('/v1/health/state/any?stale')) as CheckState[];
      const checks = [...own, ...catalog.filter(({ Node }) => nodes.includes(Node))];
      return checks.every(({ Status }) => Status === 'passing');
    },
    log: () => program?.log() ?? '',
    onLine: (listener) => void listeners.push(listener),
  };
}

/** Sends a GET, or with a body a PUT. @returns the answer. @throws Error when it is none of success. */
async function askAt(socketPath: string, path: string, body?: object): Promise<string> {
  const options = { socketPath, path, method: body ? 'PUT' : 'GET', agent: false };
  const sent = request({ ...options, signal: AbortSignal.timeout(10_000) }).end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`${path} was answered ${response.statusCode}: ${answer}`);
  return answer;
}

function socketOf(host: Host): string {
  return join(host.folder, 'consul.sock');
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
  const definition = readFileSync(shipped(file), 'utf8');
  const interval = /interval += "10s"/;
  if (!interval.test(definition)) throw new Error(`${file} has another interval than 10 s`);
  return definition
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
    addresses: { http: `0.0.0.0 unix://${socketOf(host)}` },
    data_dir: join(host.folder, 'consul-data'),
    ports: { serf_wan: -1, dns: -1, grpc: -1 },
    disable_update_check: true,
    check_update_interval: '0s',
    performance: { raft_multiplier: 1, leave_drain_time: '1s', rpc_hold_timeout: '2s' },
    gossip_lan: {
      probe_interval: '500ms',
      // Long enough that a busy machine's pauses are no death.
      probe_timeout: '400ms',
      suspicion_mult: 4,
      ...(isCut && {
        // News of a death are told for so long that whoever is told dead hears it once its network is back, and
        // objects. By default that takes until the next reconnect, every 30 s, which no setting shortens.
        retransmit_mult: 250,
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
