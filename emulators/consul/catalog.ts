import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type CheckInput, healthEntry, type Indexes, type ServiceInput } from './health-entry.ts';
import type { HealthEntry } from './types.ts';

interface Node {
  id: string;
  name: string;
  address: string;
  index: number;
  services: Map<string, ServiceInput & Indexes>;
  checks: Map<string, CheckInput & Indexes>;
  /** The IDs of the checks of each service, and of the node itself under an empty one. */
  checkIds: Map<string, Set<string>>;
}

/**
 * The catalog that all agents of a stand-in share: nodes, their services and checks, under one index that only
 * grows. As in Consul, a write that changes nothing leaves the index alone, and a query's index is that of its
 * service: the last change to one of its instances, to their checks or to their nodes.
 */
export class Catalog {
  readonly datacenter: string;
  readonly #nodes = new Map<string, Node>();
  readonly #serviceIndex = new Map<string, number>();
  /** The instances of each service: by node, their IDs. */
  readonly #instances = new Map<string, Map<string, Set<string>>>();
  readonly #listeners = new Set<() => void>();
  #index = 1;
  #lastExtinction = 0;

  constructor(datacenter: string) {
    this.datacenter = datacenter;
  }

  /** Of the whole catalog; never 0. */
  get index(): number {
    return this.#index;
  }

  /**
   * Of one service. One without instances has the index of the last time that any service vanished, or the
   * catalog's own when none ever did: what Consul 1.8 answers, and never less than an index answered before.
   */
  indexOf(service: string): number {
    return this.#serviceIndex.get(service) ?? (this.#lastExtinction || this.#index);
  }

  /** Calls back after every change. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setNode(name: string, address: string): void {
    const node = this.#nodes.get(name);
    if (node?.address === address) return;
    const index = this.#next();
    // Stable ids make two runs of one test comparable.
    const hash = createHash('sha256').update(name).digest('hex');
    const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    if (node) Object.assign(node, { address, index });
    else
      this.#nodes.set(name, {
        ...{ id, name, address, index },
        ...{ services: new Map(), checks: new Map(), checkIds: new Map() },
      });
    this.#changed(this.#servicesOn(name), index);
  }

  setService(nodeName: string, service: ServiceInput): void {
    const node = this.#node(nodeName);
    const old = node.services.get(service.id);
    if (old && sameExceptIndexes(old, service)) return;
    const index = this.#next();
    node.services.set(service.id, { ...service, createIndex: old?.createIndex ?? index, modifyIndex: index });
    if (old) this.#forget(nodeName, old);
    const onNodes = this.#instances.get(service.name) ?? new Map<string, Set<string>>();
    onNodes.set(nodeName, (onNodes.get(nodeName) ?? new Set()).add(service.id));
    this.#instances.set(service.name, onNodes);
    this.#changed([service.name, ...(old ? [old.name] : [])], index);
  }

  setCheck(nodeName: string, check: CheckInput): void {
    const node = this.#node(nodeName);
    const old = node.checks.get(check.checkId);
    if (old && sameExceptIndexes(old, check)) return;
    const index = this.#next();
    if (old) node.checkIds.get(old.serviceId ?? '')?.delete(check.checkId);
    const ids = node.checkIds.get(check.serviceId ?? '') ?? new Set();
    node.checkIds.set(check.serviceId ?? '', ids.add(check.checkId));
    node.checks.set(check.checkId, { ...check, createIndex: old?.createIndex ?? index, modifyIndex: index });
    this.#changed(this.#concernedBy(node, check), index);
  }

  check(nodeName: string, checkId: string): CheckInput | undefined {
    return this.#nodes.get(nodeName)?.checks.get(checkId);
  }

  /** The checks of one service of a node. */
  checksOf(nodeName: string, serviceId: string): CheckInput[] {
    const node = this.#nodes.get(nodeName);
    return node ? checksIn(node, serviceId) : [];
  }

  service(nodeName: string, serviceId: string): ServiceInput | undefined {
    return this.#nodes.get(nodeName)?.services.get(serviceId);
  }

  removeCheck(nodeName: string, checkId: string): void {
    const node = this.#nodes.get(nodeName);
    const check = node?.checks.get(checkId);
    if (!node || !check) return;
    node.checks.delete(checkId);
    node.checkIds.get(check.serviceId ?? '')?.delete(checkId);
    this.#changed(this.#concernedBy(node, check), this.#next());
  }

  /** Removes a service and its checks. @returns whether it was there. */
  removeService(nodeName: string, serviceId: string): boolean {
    const node = this.#nodes.get(nodeName);
    const service = node?.services.get(serviceId);
    if (!node || !service) return false;
    for (const check of this.checksOf(nodeName, serviceId)) node.checks.delete(check.checkId);
    node.checkIds.delete(serviceId);
    node.services.delete(serviceId);
    this.#forget(nodeName, service);
    this.#changed([service.name], this.#next());
    return true;
  }

  removeNode(nodeName: string): void {
    const services = this.#servicesOn(nodeName);
    for (const service of this.#nodes.get(nodeName)?.services.values() ?? []) this.#forget(nodeName, service);
    if (!this.#nodes.delete(nodeName)) return;
    this.#changed(services, this.#next());
  }

  hasNode(nodeName: string): boolean {
    return this.#nodes.has(nodeName);
  }

  /** Every node, by name. */
  nodes(): { ID: string; Node: string; Address: string; Datacenter: string }[] {
    return [...this.#nodes.keys()].sort().map((name) => {
      const { id, address } = this.#node(name);
      return { ID: id, Node: name, Address: address, Datacenter: this.datacenter };
    });
  }

  /** Service names with the tags of all their instances. */
  services(): Record<string, string[]> {
    const tagsOf = (name: string) =>
      [...(this.#instances.get(name) ?? [])].flatMap(([node, ids]) =>
        [...ids].flatMap((id) => this.service(node, id)?.tags ?? []),
      );
    const names = [...this.#instances.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, [...new Set(tagsOf(name))].sort()]));
  }

  /** All instances of a service with the node's checks and their own, in Consul's order: node, then service id. */
  health(serviceName: string): HealthEntry[] {
    const onNodes = this.#instances.get(serviceName);
    return [...(onNodes?.keys() ?? [])].sort().flatMap((nodeName) => {
      const node = this.#node(nodeName);
      return [...(onNodes?.get(nodeName) ?? [])].sort().flatMap((id) => {
        const service = node.services.get(id);
        const checks = [...checksIn(node, ''), ...checksIn(node, id)];
        return service ? [healthEntry(this.datacenter, node, service, checks)] : [];
      });
    });
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`the catalog has no node ${name}`);
    return node;
  }

  #servicesOn(nodeName: string): string[] {
    return [...(this.#nodes.get(nodeName)?.services.values() ?? [])].map((service) => service.name);
  }

  #concernedBy(node: Node, check: CheckInput): string[] {
    if (!check.serviceId) return this.#servicesOn(node.name);
    const service = node.services.get(check.serviceId);
    return service ? [service.name] : [];
  }

  /** Takes an instance out of the index. */
  #forget(nodeName: string, { id, name }: ServiceInput): void {
    const onNodes = this.#instances.get(name);
    const ids = onNodes?.get(nodeName);
    ids?.delete(id);
    if (ids?.size === 0) onNodes?.delete(nodeName);
    if (onNodes?.size === 0) this.#instances.delete(name);
  }

  #next(): number {
    this.#index += 1;
    return this.#index;
  }

  #changed(services: readonly string[], index: number): void {
    for (const service of services) {
      if (this.#instances.has(service)) this.#serviceIndex.set(service, index);
      else if (this.#serviceIndex.delete(service)) this.#lastExtinction = index;
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The checks of a service, or of the node itself, by their IDs. */
function checksIn(node: Node, serviceId: string): (CheckInput & Indexes)[] {
  return [...(node.checkIds.get(serviceId) ?? [])].sort().flatMap((id) => node.checks.get(id) ?? []);
}

function sameExceptIndexes(old: object, fresh: object): boolean {
  const { createIndex: _created, modifyIndex: _modified, ...rest } = old as Record<string, unknown>;
  return isDeepStrictEqual(rest, fresh);
}
