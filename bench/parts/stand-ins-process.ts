import { readFileSync } from 'node:fs';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import { startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import { startRoute53 } from '../../emulators/route53/server.ts';
import { now } from '../clock.ts';
import {
  addressOf,
  type Call,
  type Calls,
  IDLE,
  type Instance,
  type Message,
  nodeName,
  otherName,
  ourName,
  type StandIns,
  serviceName,
  ZONE,
} from './protocol.ts';

/** The stand-ins in a process of their own, so that what they cost is not counted as the function's. */
const say = (message: Message) => void process.send?.(message);

/** Far beyond what refills any bucket. */
const SKIP = 60_000;

let skipped = 0;
const [cert = '', key = ''] = process.argv.slice(2, 4).map((path) => readFileSync(path, 'utf8'));
const route53 = await startRoute53({
  throttle: process.argv.includes('--throttle'),
  now: () => now() + skipped,
  tls: { cert, key },
  idleMs: IDLE,
});
const consul = await startConsulStandIn({ nodes: [{ name: 'server', address: '127.0.0.1' }] });
const url = consul.agents[0]?.url ?? '';
const agent = agentApi(url);

route53.onChange(({ zoneId, at, changes }) =>
  say({
    batch: {
      zoneId,
      at: at - skipped,
      changes: changes.map(({ action, recordSet: { name, values } }) => ({ action, name, values })),
    },
  }),
);

async function register(path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/v1/catalog/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  await response.text();
}

function checkOf({ service, node }: Instance, status: string): object {
  const id = `check-${service}-${node}`;
  return { CheckID: id, Name: id, Status: status, ServiceID: `${serviceName(service)}-${node}` };
}

let seen = 0;
let seenConsul = 0;
const standIns: StandIns = {
  async createZone({ others, names }) {
    const zone = route53.zones.create({ name: ZONE, private: true });
    for (let index = 0; index < others; index++) {
      // Between two of ours, also where one of ours has the same number.
      zone.put({ name: otherName(index), type: 'A', ttl: 300, values: ['10.255.0.1'] });
    }
    if (zone.hasName(ourName(0, { others, names }))) throw new Error('one of our names is taken');
    return zone.id;
  },
  async deleteZone(id) {
    route53.zones.delete(id);
  },
  async registerServices({ services, nodes }) {
    for (let node = 0; node < nodes; node++) {
      for (let service = 0; service < services; service++) {
        const instance = { service, node };
        await register('register', {
          Node: nodeName(node),
          Address: `10.254.0.${node + 1}`,
          Service: {
            ID: `${serviceName(service)}-${node}`,
            Service: serviceName(service),
            Address: addressOf(instance),
            Port: 3306,
          },
          Check: checkOf(instance, 'passing'),
        });
      }
    }
  },
  async setStatus(instance, status) {
    const at = now();
    await register('register', {
      Node: nodeName(instance.node),
      SkipNodeUpdate: true,
      Check: checkOf(instance, status),
    });
    return at;
  },
  async setNodeStatus(node, Status) {
    const at = now();
    await register('register', {
      Node: nodeName(node),
      SkipNodeUpdate: true,
      Check: { CheckID: 'serfHealth', Name: 'Serf Health Status', Status },
    });
    return at;
  },
  async heldQueries() {
    // The agent itself is asked for nothing else that waits.
    await agent.leader();
    return consul.requests.slice(seenConsul).filter(({ query }) => query['index']).length;
  },
  async listings() {
    const since = route53.requests.slice(seen);
    return since.filter(({ operation, status }) => operation === 'ListResourceRecordSets' && status === 200)
      .length;
  },
  async takeCalls() {
    const calls: Record<string, number> = {};
    let throttled = 0;
    for (const { operation, error } of route53.requests.slice(seen)) {
      if (operation === 'GetChange') continue;
      if (error === 'Throttling') throttled++;
      else calls[operation] = (calls[operation] ?? 0) + 1;
    }
    seen = route53.requests.length;
    const reads = consul.requests.slice(seenConsul).filter(({ path }) => path.includes('/health/service/'));
    seenConsul = consul.requests.length;
    return { route53: calls, throttled, consul: reads.length } satisfies Calls;
  },
  async refillLimits() {
    skipped += SKIP;
  },
};

process.on('message', async ({ id, method, args }: Call) => {
  try {
    const work = standIns[method] as (...args: readonly unknown[]) => Promise<unknown>;
    say({ id, result: await work(...args) });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
say({ ready: { route53: route53.url, consul: url } });
