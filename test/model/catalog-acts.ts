import fc from 'fast-check';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import { ADDRESSES, type Facts, type Instance, NODES, type NodeName } from './facts.ts';
import { SERVICE } from './oracle.ts';
import type { World } from './world.ts';

/** Something that happens to Consul or to the zone, at rest or in the middle of a run. */
export interface Act {
  /** Does nothing where it is impossible at that moment, such as a flip of what is not registered. */
  perform(facts: Facts, world: World): Promise<void> | void;
  toString(): string;
}

const checkOf = (id: string) => `check-${id}`;

class Register implements Act {
  readonly instance: Instance;

  constructor(instance: Instance) {
    this.instance = instance;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const { node, id, address, status } = this.instance;
    if (!world.isReachable(node)) return;
    const old = facts.find(node, id);
    // An agent keeps the status, and the checks, of what is registered again.
    const kept = old?.status ?? status;
    facts.set({
      ...this.instance,
      ...(kept && { status: kept }),
      ...(old?.maintenance && { maintenance: true }),
    });
    world.noteHealthy();
    await world.agent(node).register({
      ...{ Name: SERVICE, ID: id, Address: address, Port: 3306 },
      ...(status && { Check: { CheckID: checkOf(id), TTL: '1h', Status: status } }),
    });
  }

  toString(): string {
    const { node, id, address, status = 'without a check' } = this.instance;
    return `register ${node}/${id} at "${address}" ${status}`;
  }
}

class Flip implements Act {
  readonly node: NodeName;
  readonly id: string;
  readonly status: CheckStatus;

  constructor(node: NodeName, id: string, status: CheckStatus) {
    this.node = node;
    this.id = id;
    this.status = status;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const { node, id, status } = this;
    const instance = facts.find(node, id);
    if (!instance?.status || !world.isReachable(node)) return;
    facts.set({ ...instance, status });
    world.noteHealthy();
    await world.agent(node).setStatus(checkOf(id), status);
  }

  toString(): string {
    return `flip ${this.node}/${this.id} to ${this.status}`;
  }
}

class Deregister implements Act {
  readonly node: NodeName;
  readonly id: string;

  constructor(node: NodeName, id: string) {
    this.node = node;
    this.id = id;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const instance = facts.find(this.node, this.id);
    if (!instance || !world.isReachable(this.node)) return;
    facts.remove(instance);
    // What failed may have kept an address out of the record that another instance has, too.
    world.noteHealthy();
    await world.agent(this.node).deregister(this.id);
  }

  toString(): string {
    return `deregister ${this.node}/${this.id}`;
  }
}

class Maintain implements Act {
  readonly node: NodeName;
  readonly id: string;
  readonly enable: boolean;

  constructor(node: NodeName, id: string, enable: boolean) {
    this.node = node;
    this.id = id;
    this.enable = enable;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const { node, id, enable } = this;
    const instance = facts.find(node, id);
    if (!instance || !world.isReachable(node)) return;
    facts.set({ ...instance, maintenance: enable });
    world.noteHealthy();
    await world.agent(node).serviceMaintenance(id, enable);
  }

  toString(): string {
    return `${this.enable ? 'begin' : 'end'} maintenance of ${this.node}/${this.id}`;
  }
}

class MaintainNode implements Act {
  readonly node: NodeName;
  readonly enable: boolean;

  constructor(node: NodeName, enable: boolean) {
    this.node = node;
    this.enable = enable;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const { node, enable } = this;
    if (!world.isReachable(node)) return;
    if (enable) facts.nodesInMaintenance.add(node);
    else facts.nodesInMaintenance.delete(node);
    world.noteHealthy();
    await world.agent(node).nodeMaintenance(enable);
  }

  toString(): string {
    return `${this.enable ? 'begin' : 'end'} maintenance of ${this.node}`;
  }
}

/** The cluster finds a node's agent dead, or alive again; what it told last stays in the catalog. */
class AgentDeath implements Act {
  readonly node: NodeName;
  readonly dead: boolean;

  constructor(node: NodeName, dead: boolean) {
    this.node = node;
    this.dead = dead;
  }

  perform(facts: Facts, world: World): void {
    if (this.dead) facts.deadNodes.add(this.node);
    else facts.deadNodes.delete(this.node);
    world.noteHealthy();
    world.consul.setSerfHealth(this.node, this.dead ? 'critical' : 'passing');
  }

  toString(): string {
    return `${this.node} is found ${this.dead ? 'dead' : 'alive'}`;
  }
}

const node = fc.constantFrom(...NODES.map(({ name }) => name));
const id = fc.constantFrom('a', 'b', 'c', 'd');
const status = fc.constantFrom<CheckStatus>('passing', 'passing', 'warning', 'critical');
const allowedOften = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ADDRESSES.filter(({ allowed }) => allowed)) },
  { weight: 1, arbitrary: fc.constantFrom(...ADDRESSES.filter(({ allowed }) => !allowed)) },
);
const withCheck = fc.option(status, { nil: undefined, freq: 8 });

export const register: fc.Arbitrary<Act> = fc
  .tuple(node, id, allowedOften, withCheck)
  .map(
    ([on, as, { registered }, is]) =>
      new Register({ node: on, id: as, address: registered, ...(is && { status: is }) }),
  );
/** Somewhere among the same instances, but healthy. */
export const registerHealthy: fc.Arbitrary<Act> = fc
  .tuple(node, id, fc.constantFrom(...ADDRESSES.filter(({ allowed }) => allowed)))
  .map(
    ([on, as, { registered }]) => new Register({ node: on, id: as, address: registered, status: 'passing' }),
  );
export const flip: fc.Arbitrary<Act> = fc.tuple(node, id, status).map(([on, as, is]) => new Flip(on, as, is));
export const deregister: fc.Arbitrary<Act> = fc.tuple(node, id).map(([on, as]) => new Deregister(on, as));
export const maintain: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(node, id, fc.boolean()).map(([on, as, enable]) => new Maintain(on, as, enable)),
  fc.tuple(node, fc.boolean()).map(([on, enable]) => new MaintainNode(on, enable)),
  fc.tuple(node, fc.boolean()).map(([on, dead]) => new AgentDeath(on, dead)),
);
