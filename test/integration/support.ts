import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import type { CheckDefinition, CheckStatus, ServiceDefinition } from '../../emulators/consul/types.ts';
import type { AgentTls } from '../../emulators/real-consul/real-config.ts';
import {
  type RealConsul,
  type RealConsulAgent,
  type RealNode,
  startConsulCluster,
} from '../../emulators/real-consul/real-consul.ts';
import type { InvocationContext } from '../../handlers/update.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import { realConsul } from '../real-parts/consul.ts';
import { context, NAME, type Route53Side, startRoute53Side, type Timing } from '../support/stack.ts';
import { SYNC_WITHIN } from '../support/sync-within.ts';
import { until } from '../support/until.ts';

/** The service that every test publishes, as `rdsproxy.corp.internal`. */
export const SERVICE = 'rdsproxy';

/** What a run said, and what it left in Route 53. */
export interface Ran extends Pick<RecordReport, 'outcome' | 'message' | 'instances'> {
  /** `undefined` where the record has none. */
  readonly reason: RecordReport['reason'];
  /** `undefined` where the reason says it all. */
  readonly cause: RecordReport['cause'];
  /** The addresses in the zone after the run, sorted. */
  readonly inZone: readonly string[];
  /** How often the run called ChangeResourceRecordSets. */
  readonly changeCalls: number;
  readonly report: RunReport;
}

/** A function under test: invokes it with an event, `{}` by default. */
export type Run = (event?: unknown, invocation?: InvocationContext) => Promise<Ran>;

/** What the tests of a file share, and what each has for itself. Its members work inside a test only. */
export interface World {
  readonly consul: RealConsul;
  /** Route 53 with an empty zone, of this test alone. */
  readonly side: Route53Side;
  /** One agent by its place in the list of nodes. */
  agent(node: number): RealConsulAgent;
  /** The API of one agent, with the cluster's token if it has one. */
  api(node: number): AgentApi;
  /** The place of the leader in the list of nodes. */
  leader(): Promise<number>;
  /** Registers an instance of `rdsproxy` on a node; its ID is the address, and its check passes unless told otherwise. */
  register(node: number, address: string, own?: Partial<ServiceDefinition>): Promise<void>;
  /** Sends a PUT to the first agent's API, for what the agent client does not know. @returns its answer, decoded. */
  put(path: string, body?: object): Promise<unknown>;
  /** Puts an instance straight into the catalog, as anybody may who may write; it is gone after the test. */
  registerStranger(node: string, own: { Address: string; Service?: object; Check?: object }): Promise<void>;
  /** A function as after a cold start; by default it publishes `rdsproxy` and asks every server. */
  function(env?: Readonly<Record<string, string | undefined>>, timing?: Timing): Run;
  /** Waits until Consul shows a check of `rdsproxy`'s instances on a node with this status. */
  shows(node: number, checkId: string, status: CheckStatus): Promise<void>;
}

/**
 * Starts one real cluster for all tests of a file, and gives each test an empty catalog and a fresh zone.
 * Without a real Consul every test is skipped with the reason.
 *
 * @param options as startConsulCluster takes them; `tls` is called once, before the cluster starts.
 */
export function useWorld({
  tls,
  ...options
}: {
  nodes?: readonly RealNode[];
  config?: Record<string, unknown>;
  token?: string;
  tls?: () => Promise<AgentTls>;
} = {}): World {
  let consul: RealConsul | { unavailable: string };
  let side: Route53Side;
  let strangers: string[] = [];
  const cluster = () => {
    if ('unavailable' in consul) throw new Error(consul.unavailable);
    return consul;
  };
  const agent = (node: number) => {
    const found = cluster().agents[node];
    if (!found) throw new Error(`the cluster has no node number ${node}`);
    return found;
  };
  const { token } = options;
  const api = (node: number) => agentApi(agent(node).url, token === undefined ? {} : { token });
  const send = async (node: number, path: string, method: 'GET' | 'PUT', body?: object): Promise<unknown> => {
    const response = await fetch(`${agent(node).url}${path}`, {
      method,
      headers: token === undefined ? {} : { 'X-Consul-Token': token },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  beforeAll(async () => {
    const binary = await realConsul();
    if ('unavailable' in binary) consul = binary;
    else consul = await startConsulCluster({ binary, ...options, ...(tls && { tls: await tls() }) });
  }, 200_000);
  afterAll(async () => {
    if (consul && 'close' in consul) await consul.close();
  });

  beforeEach(async (test) => {
    if ('unavailable' in consul) test.skip(consul.unavailable);
    // The default of production: a cluster without a leader takes seconds to say so.
    side = await startRoute53Side({});
  });
  afterEach(async () => {
    if ('unavailable' in consul) return;
    await side.close();
    const { agents } = consul;
    await Promise.all(agents.map((each) => each.start()));
    await until(() => isAtRest(agents.length), {
      what: 'an empty catalog, and a leader that every agent knows',
      within: 30_000,
    });
  });

  async function isAtRest(nodes: number): Promise<boolean> {
    for (const node of strangers) await send(0, '/v1/catalog/deregister', 'PUT', { Node: node });
    strangers = [];
    for (let node = 0; node < nodes; node++) {
      const services = (await send(node, '/v1/agent/services', 'GET')) as Record<string, unknown>;
      const checks = (await send(node, '/v1/agent/checks', 'GET')) as Record<string, unknown>;
      for (const id of Object.keys(services)) await api(node).deregister(id);
      if ('_node_maintenance' in checks) await api(node).nodeMaintenance(false);
    }
    const leaders = await Promise.all(Array.from({ length: nodes }, (_, node) => api(node).leader()));
    return leaders.every((leader) => leader !== '') && (await api(0).health(SERVICE)).entries.length === 0;
  }

  return {
    get consul() {
      return cluster();
    },
    get side() {
      return side;
    },
    agent,
    api,
    async leader() {
      const host = await api(0).leader();
      return cluster().agents.findIndex(({ address }) => host.startsWith(`${address}:`));
    },
    register: (node, address, own = {}) =>
      api(node).register({
        Name: SERVICE,
        ID: address,
        Address: address,
        Check: { CheckID: `check-${address}`, TTL: '1h', Status: 'passing' },
        ...own,
      }),
    put: (path, body) => send(0, path, 'PUT', body),
    async registerStranger(node, own) {
      strangers.push(node);
      await send(0, '/v1/catalog/register', 'PUT', { Node: node, Service: { Service: SERVICE }, ...own });
    },
    function(env = {}, timing) {
      const servers = cluster().agents.map(({ url }) => url);
      const handler = side.function({ CONSUL_HTTP_ADDR: servers.join(), ...env }, timing);
      return async (event = {}, invocation = context()) => ranOf(await handlerRun(event, invocation));

      async function handlerRun(event: unknown, invocation: InvocationContext) {
        const before = changeCallsOf(side);
        const report = await handler(event, invocation);
        return { report, changeCalls: changeCallsOf(side) - before };
      }
    },
    async shows(node, checkId, status) {
      const name = agent(node).node;
      const isShown = async () =>
        (await api(0).health(SERVICE)).entries.some(
          ({ Node, Checks }) =>
            Node.Node === name &&
            Checks.some((check) => check.CheckID === checkId && check.Status === status),
        );
      await until(isShown, { what: `${checkId} ${status} on ${name}`, within: SYNC_WITHIN });
    },
  };

  function ranOf({ report, changeCalls }: { report: RunReport; changeCalls: number }): Ran {
    const [record] = report.records;
    if (!record) throw new Error('the report has no record');
    const inZone = side.published();
    // Whatever the run did: the report must tell what is in the zone, and nothing else is there.
    expect(report.records.flatMap(({ published }) => published ?? []).sort()).toEqual(inZone);
    const { outcome, reason, cause, message, instances } = record;
    return { outcome, reason, cause, message, instances, inZone, changeCalls, report };
  }
}

function changeCallsOf({ route53 }: Route53Side): number {
  return route53.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets').length;
}

/** The setting RECORDS with one record, by default as every test has it. */
export function records(own: object): { RECORDS: string } {
  return { RECORDS: JSON.stringify([{ service: SERVICE, name: NAME, ...own }]) };
}

/** A check script whose exit code a test decides while it runs. */
export interface CheckScript {
  /** What to register; it runs every second, which is as often as Consul allows. */
  readonly check: CheckDefinition;
  exitWith(code: number): Promise<void>;
}

/** A script check with this ID that exits with 0 until told otherwise. Its file is removed after the test. */
export async function checkScript(checkId: string): Promise<CheckScript> {
  const folder = await mkdtemp(join(tmpdir(), 'check-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'exit-code');
  const exitWith = async (code: number) => {
    // At one stroke, so that no run of the script finds half a file.
    await writeFile(`${file}.new`, String(code));
    await rename(`${file}.new`, file);
  };
  await exitWith(0);
  const Args = ['/bin/sh', '-c', 'exit "$(cat "$0")"', file];
  return { check: { CheckID: checkId, Args, Interval: '1s', Timeout: '5s' }, exitWith };
}
