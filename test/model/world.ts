import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { type AgentApi, agentApi } from '../../emulators/consul/agent-api.ts';
import type { Fault as ConsulFault } from '../../emulators/consul/consul-faults.ts';
import { type ConsulStandIn, startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import type {
  AcceptedBatch,
  Change,
  HostedZone,
  RecordSet,
  Route53Server,
} from '../../emulators/route53/server.ts';
import { createHandler, type Handler } from '../../handlers/update.ts';
import { type Facts, NODES, type NodeName } from './facts.ts';
import { addressSets, isBookkeeping, NAME, ownSets, revisionIn, SERVICE, TTL, valuesOf } from './oracle.ts';

/** Milliseconds that an agent has for an answer: where none may come, and where a busy machine must not matter. */
const CONSUL_TIMEOUT = { hasty: 200, patient: 20_000 };
export type Patience = keyof typeof CONSUL_TIMEOUT;

/** The real side: the stand-ins, a function on them, and a watch over every write that reaches the zone. */
export class World {
  readonly facts: Facts;
  readonly route53: Route53Server;
  readonly consul: ConsulStandIn;
  readonly zone: HostedZone;
  /** How many change requests of ours were accepted. */
  accepted = 0;
  /** How often somebody else has written. */
  foreignWrites = 0;
  /** Called at the end of each pass. */
  onPass: () => void = () => undefined;
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  /** Addresses that were healthy and allowed at some moment since the run began: what it may publish. */
  #mayPublish: Set<string> = new Set();
  /** The zone after the last write that was seen. */
  #seen: readonly RecordSet[] = [];
  readonly #down = new Set<NodeName>();
  readonly #warm = new Map<Patience, Handler>();
  readonly #agents = new Map<NodeName, AgentApi>();
  readonly #stop: () => void;

  private constructor(facts: Facts, route53: Route53Server, consul: ConsulStandIn) {
    this.facts = facts;
    this.route53 = route53;
    this.consul = consul;
    this.zone = route53.zones.create({ name: 'corp.internal', private: true });
    for (const { name } of NODES) {
      const url = consul.agents.find(({ node }) => node === name)?.url ?? '';
      this.#agents.set(name, agentApi(url));
    }
    this.#seen = this.zone.recordSets();
    this.#stop = route53.onChange((batch) => {
      if (batch.zoneId === this.zone.id) this.#onAccepted(batch);
    });
  }

  static async start(facts: Facts, route53: Route53Server): Promise<World> {
    return new World(facts, route53, await startConsulStandIn({ nodes: NODES }));
  }

  agent(node: NodeName): AgentApi {
    const agent = this.#agents.get(node);
    if (!agent) throw new Error(`there is no node ${node}`);
    return agent;
  }

  /** The settings of the function; one-pass runs are made by giving an invocation too little time to watch. */
  get env(): Record<string, string> {
    const record = { service: SERVICE, name: NAME, ttl: TTL, ...this.facts.setting };
    return {
      CONSUL_HTTP_ADDR: this.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: this.zone.id,
      RECORDS: JSON.stringify([record]),
      WATCH_SECONDS: '1',
    };
  }

  /** The function: as it was left by the last invocation of its kind, or freshly started. */
  handler(start: 'warm' | 'cold', patience: Patience): Handler {
    const warm = this.#warm.get(patience);
    if (start === 'warm' && warm) return warm;
    const handler = createHandler({
      env: this.env,
      log: (_level, _message, fields) => {
        if ('wokenBy' in fields) this.onPass();
      },
      consul: { timeout: CONSUL_TIMEOUT[patience] },
      route53: {
        endpoint: this.route53.url,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' },
      },
    });
    this.#warm.set(patience, handler);
    return handler;
  }

  /** To be called when a run begins. */
  beginRun(): void {
    // What is held may be written once more, also where somebody has just taken it out.
    const published = valuesOf(ownSets(this.facts, this.zone.recordSets()));
    this.#mayPublish = new Set([...this.facts.healthy(), ...published]);
  }

  /** To be called after a change of the facts and before it is told to Consul: from now on it may be seen. */
  noteHealthy(): void {
    for (const address of this.facts.healthy()) this.#mayPublish.add(address);
  }

  /** Somebody else's change batch, under the API's rules. @returns whether Route 53 would accept it. */
  writeAsSomebodyElse(changes: readonly Change[]): boolean {
    try {
      this.zone.apply(changes);
    } catch {
      return false;
    }
    this.foreignWrites++;
    this.#seen = this.zone.recordSets();
    return true;
  }

  /** Sets a fault of Consul, on one agent or on all. */
  async setConsulFault(fault: ConsulFault, node?: NodeName): Promise<void> {
    if (fault.kind === 'down') for (const { name } of NODES) if (!node || name === node) this.#down.add(name);
    await this.consul.setFault(fault, node && { node });
  }

  async clearConsulFaults(): Promise<void> {
    await this.consul.clearFaults();
    this.#down.clear();
  }

  /** Whether the agent of a node takes requests. */
  isReachable(node: NodeName): boolean {
    return !this.#down.has(node);
  }

  own(): readonly RecordSet[] {
    return ownSets(this.facts, this.zone.recordSets());
  }

  /**
   * Resolves when nothing that a run sent before its deadline is still on its way to Route 53. Requests on fresh
   * connections come behind it in the server's queue: one behind its connection, the next behind its body.
   */
  async quiet(): Promise<void> {
    for (let probe = 0; probe < 2; probe++) {
      const [response] = (await once(get(this.route53.url, { agent: false }), 'response')) as [
        IncomingMessage,
      ];
      await once(response.resume(), 'end');
    }
  }

  /** @throws Error with all that has gone wrong since the beginning. */
  verify(): void {
    if (this.violations.length > 0) throw new Error(this.violations.join('\n'));
  }

  async close(): Promise<void> {
    this.#stop();
    this.route53.zones.delete(this.zone.id);
    await this.consul.close();
  }

  #onAccepted({ changes }: AcceptedBatch): void {
    this.accepted++;
    const before = this.#seen;
    const after = this.zone.recordSets();
    this.#seen = after;
    const complain = (what: string) => {
      this.violations.push(
        `${what}: ${describeBatch(changes)} turned ${describe(before)} into ${describe(after)}`,
      );
    };
    const own = (sets: readonly RecordSet[]) => ownSets(this.facts, sets);
    if (own(before).length > 0 && own(after).length === 0) complain('our record was emptied');
    if (addressSets(before).length > 0 && addressSets(after).length === 0) complain('the name was emptied');
    const [revision, next] = [revisionIn(before), revisionIn(after)];
    const isReplaced = (action: string, set: RecordSet | undefined) =>
      changes.some((change) => change.action === action && isDeepStrictEqual(change.recordSet, set));
    if (!isReplaced('CREATE', next) || (revision && !isReplaced('DELETE', revision)))
      complain('the revision was not replaced');
    for (const { action, recordSet } of changes) {
      if (action === 'DELETE' || isBookkeeping(recordSet)) continue;
      for (const value of recordSet.values) {
        // What is held may be written once more.
        if (!this.#mayPublish.has(value) && !valuesOf(own(before)).includes(value))
          complain(`${value} was published, but never healthy in this run`);
      }
    }
    const ownBefore = new Set(own(before));
    for (const set of before.filter((each) => !ownBefore.has(each) && !isBookkeeping(each))) {
      if (!after.some((each) => isDeepStrictEqual(each, set)) && !this.#mayBeReplaced(set))
        complain(`somebody else's set was touched`);
    }
  }

  /** Whether `onConflict: "replace"` covers this set of somebody else's. */
  #mayBeReplaced({ name, type, multiValueAnswer, setIdentifier }: RecordSet): boolean {
    const { routing, onConflict } = this.facts.setting;
    if (onConflict !== 'replace' || name !== NAME) return false;
    if (type === 'CNAME' || (type === 'TXT' && !multiValueAnswer)) return true;
    if (type !== 'A' && type !== 'AAAA') return false;
    return routing === 'multivalue' ? !multiValueAnswer : setIdentifier !== undefined;
  }
}

function describeBatch(changes: readonly Change[]): string {
  return changes.map(({ action, recordSet }) => `${action} ${describe([recordSet])}`).join(' + ');
}

/** Record sets but for those that every zone has, in short. */
export function describe(sets: readonly RecordSet[]): string {
  const shown = sets.filter(({ type }) => type !== 'SOA' && type !== 'NS');
  const texts = shown.map(({ type, setIdentifier, ttl, values, healthCheckId }) =>
    [type, setIdentifier, `${ttl}s`, valuesOf([{ name: '', type, values }]).join(','), healthCheckId]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  return texts.length > 8 ? `${texts.length} sets` : `[${texts.join('; ')}]`;
}
