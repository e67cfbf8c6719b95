import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import { type ConsulStandIn, startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import { type HostedZone, type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import { type Composition, createHandler, type Handler } from '../../handlers/update.ts';
import type { HealthSourceOptions } from '../../src/consul/health-source.ts';

/** One line of the function's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** How patient a function is with Consul and with Route 53, and where it finds secrets. */
export type Timing = Pick<Composition, 'consul' | 'route53Timing' | 'aws'>;

/** Route 53's side of a stack: a private zone `corp.internal`, and what a function needs to reach it. */
export interface Route53Side {
  readonly route53: Route53Server;
  readonly zone: HostedZone;
  readonly log: LogLine[];
  /** A fresh function, as after a cold start. */
  function(env: Readonly<Record<string, string | undefined>>, timing?: Timing): Handler;
  /** How often Route 53 was asked to change something, rejected requests among them. */
  changeCalls(): number;
  /** Puts a multivalue set with one address at our name, past the function. */
  put(setIdentifier: string, address: string, ttl?: number): void;
  /** The addresses published at a name, sorted; by default at `rdsproxy.corp.internal`. */
  published(name?: string): readonly string[];
  close(): Promise<void>;
}

export const NAME = 'rdsproxy.corp.internal';
/** The setting RECORDS with records of the same service at the same name, but for what each says on its own. */
export const records = (...own: readonly object[]) =>
  JSON.stringify(own.map((each) => ({ service: 'rdsproxy', name: NAME, ...each })));
export const RECORDS = records({});
export const EVERY_MINUTE = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };

/** Lambda's context for an invocation with so many milliseconds left. */
export const context = (milliseconds = 20_000, windowEnd?: AbortSignal) => {
  const end = performance.now() + milliseconds;
  return {
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
    ...(windowEnd && { windowEnd }),
  };
};

/** @param consul as in the handler's composition; by default Consul has a second to answer. */
export async function startRoute53Side(
  consul: HealthSourceOptions = { timeout: 1_000 },
): Promise<Route53Side> {
  const route53 = await startRoute53();
  const zone = route53.zones.create({ name: 'corp.internal', private: true });
  const log: LogLine[] = [];
  return {
    route53,
    zone,
    log,
    function: (env, timing) =>
      createHandler({
        env: { HOSTED_ZONE_ID: zone.id, RECORDS, WATCH_SECONDS: '0', ...env },
        log: (level, message, fields) => void log.push({ level, message, fields }),
        consul,
        ...timing,
        route53: {
          endpoint: route53.url,
          credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' },
        },
      }),
    changeCalls: () =>
      route53.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets').length,
    put: (setIdentifier, address, ttl = 60) =>
      zone.put({ name: NAME, type: 'A', ttl, setIdentifier, multiValueAnswer: true, values: [address] }),
    published: (name = NAME) =>
      (['A', 'AAAA'] as const)
        .flatMap((type) => zone.find(name, type).flatMap(({ values }) => values))
        .sort(),
    close: () => route53.close(),
  };
}

/** The stand-ins of Consul and of Route 53, side by side. */
export interface Stack extends Route53Side {
  readonly consul: ConsulStandIn;
  /** The agent of the first node. */
  readonly agent: AgentApi;
  /** Registers an instance at an address with a TTL check of that status; its ID is the address. */
  register(address: string, status?: CheckStatus, service?: string): Promise<void>;
  /** A function that has published these addresses, each of a healthy instance. */
  publishing(addresses: readonly string[], env?: Readonly<Record<string, string>>): Promise<Handler>;
  /** Reports the status of an instance's check. */
  setStatus(address: string, status: CheckStatus): Promise<void>;
}

export async function startStack(): Promise<Stack> {
  const nodes = [
    { name: 'consul-1', address: '10.0.9.1' },
    { name: 'consul-2', address: '10.0.9.2' },
  ];
  const [side, consul] = await Promise.all([startRoute53Side(), startConsulStandIn({ nodes })]);
  const addresses = consul.agents.map(({ url }) => url);
  const agent = agentApi(addresses[0] ?? '');
  const compose: Stack['function'] = (env, timing) =>
    side.function({ CONSUL_HTTP_ADDR: addresses.join(), ...env }, timing);
  const register: Stack['register'] = (address, status = 'passing', service = 'rdsproxy') =>
    agent.register({
      Name: service,
      ID: `${service}-${address}`,
      Address: address,
      Port: 3306,
      Check: { CheckID: `check-${service}-${address}`, TTL: '1h', Status: status },
    });
  return {
    ...side,
    consul,
    agent,
    function: compose,
    register,
    async publishing(healthy, env = {}) {
      for (const address of healthy) await register(address);
      const handler = compose(env);
      await handler({}, context());
      return handler;
    },
    setStatus: (address, status) => agent.setStatus(`check-rdsproxy-${address}`, status),
    close: async () => void (await Promise.all([side.close(), consul.close()])),
  };
}
