import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CheckStatus, HealthCheck, HealthEntry } from './types.ts';

/** A check as it is written; the catalog adds the node, the service's name and tags, and the indexes. */
export interface CheckInput {
  checkId: string;
  name: string;
  status: CheckStatus;
  notes?: string;
  output?: string;
  type?: string;
  /** Empty for a check of the node. */
  serviceId?: string;
}

/** A service as it is written. */
export interface ServiceInput {
  id: string;
  name: string;
  tags: string[];
  address: string;
  port: number;
  meta: Record<string, string> | null;
}

interface Node {
  id: string;
  name: string;
  address: string;
  index: number;
  services: Map<string, ServiceInput & { createIndex: number; modifyIndex: number }>;
  checks: Map<string, CheckInput & { createIndex: number; modifyIndex: number }>;
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
  /** How many instances each service has. */
  readonly #instances = new Map<string, number>();
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
    const id = [
      hash.slice(0, 8),
      hash.slice(8, 12),
      hash.slice(12, 16),
      hash.slice(16, 20),
      hash.slice(20, 32),
    ].join('-');
    if (node) Object.assign(node, { address, index });
    else this.#nodes.set(name, { id, name, address, index, services: new Map(), checks: new Map() });
    this.#changed(this.#servicesOn(name), index);
  }

  setService(nodeName: string, service: ServiceInput): void {
    const node = this.#node(nodeName);
    const old = node.services.get(service.id);
    if (old && sameExceptIndexes(old, service)) return;
    const index = this.#next();
    node.services.set(service.id, { ...service, createIndex: old?.createIndex ?? index, modifyIndex: index });
    if (old) this.#count(old.name, -1);
    this.#count(service.name, 1);
    this.#changed([service.name, ...(old ? [old.name] : [])], index);
  }

  setCheck(nodeName: string, check: CheckInput): void {
    const node = this.#node(nodeName);
    const old = node.checks.get(check.checkId);
    if (old && sameExceptIndexes(old, check)) return;
    const index = this.#next();
    node.checks.set(check.checkId, { ...check, createIndex: old?.createIndex ?? index, modifyIndex: index });
    this.#changed(this.#concernedBy(node, check), index);
  }

  check(nodeName: string, checkId: string): CheckInput | undefined {
    return this.#nodes.get(nodeName)?.checks.get(checkId);
  }

  /** The checks of one service of a node. */
  checksOf(nodeName: string, serviceId: string): CheckInput[] {
    const checks = this.#nodes.get(nodeName)?.checks.values() ?? [];
    return [...checks].filter((check) => check.serviceId === serviceId);
  }

  service(nodeName: string, serviceId: string): ServiceInput | undefined {
    return this.#nodes.get(nodeName)?.services.get(serviceId);
  }

  removeCheck(nodeName: string, checkId: string): void {
    const node = this.#nodes.get(nodeName);
    const check = node?.checks.get(checkId);
    if (!node || !check) return;
    node.checks.delete(checkId);
    this.#changed(this.#concernedBy(node, check), this.#next());
  }

  /** Removes a service and its checks. @returns whether it was there. */
  removeService(nodeName: string, serviceId: string): boolean {
    const node = this.#nodes.get(nodeName);
    const service = node?.services.get(serviceId);
    if (!node || !service) return false;
    for (const check of this.checksOf(nodeName, serviceId)) node.checks.delete(check.checkId);
    node.services.delete(serviceId);
    this.#count(service.name, -1);
    this.#changed([service.name], this.#next());
    return true;
  }

  removeNode(nodeName: string): void {
    const services = this.#servicesOn(nodeName);
    if (!this.#nodes.delete(nodeName)) return;
    for (const service of services) this.#count(service, -1);
    this.#changed(services, this.#next());
  }

  hasNode(nodeName: string): boolean {
    return this.#nodes.has(nodeName);
  }

  /** Every node, by name. */
  nodes(): { ID: string; Node: string; Address: string; Datacenter: string }[] {
    return [...this.#nodes].sort(byKey).map(([, { id, name, address }]) => ({
      ...{ ID: id, Node: name, Address: address, Datacenter: this.datacenter },
    }));
  }

  /** Service names with the tags of all their instances. */
  services(): Record<string, string[]> {
    const tags = new Map<string, Set<string>>();
    for (const { services } of this.#nodes.values()) {
      for (const service of services.values()) {
        const known = tags.get(service.name) ?? new Set();
        for (const tag of service.tags) known.add(tag);
        tags.set(service.name, known);
      }
    }
    return Object.fromEntries([...tags].sort(byKey).map(([name, values]) => [name, [...values].sort()]));
  }

  /** All instances of a service with the node's checks and their own, in Consul's order: node, then service id. */
  health(serviceName: string): HealthEntry[] {
    return [...this.#nodes].sort(byKey).flatMap(([, node]) =>
      [...node.services]
        .filter(([, service]) => service.name === serviceName)
        .sort(byKey)
        .map(([, service]) => this.#entry(node, service)),
    );
  }

  #entry(node: Node, service: ServiceInput & { createIndex: number; modifyIndex: number }): HealthEntry {
    const concerned = [...node.checks].filter(([, { serviceId }]) => !serviceId || serviceId === service.id);
    const checks = concerned.sort(byKey).map(([, check]) => check);
    const ofNode = checks.filter((check) => !check.serviceId);
    const ofService = checks.filter((check) => check.serviceId);
    const {
      id,
      name,
      tags,
      address,
      port,
      meta,
      createIndex: CreateIndex,
      modifyIndex: ModifyIndex,
    } = service;
    const Service = {
      ID: id,
      Service: name,
      Tags: tags,
      Address: address,
      Port: port,
      Meta: meta,
      CreateIndex,
      ModifyIndex,
    };
    return {
      Node: { ID: node.id, Node: node.name, Address: node.address, Datacenter: this.datacenter },
      Service,
      Checks: [...ofNode, ...ofService].map(
        (check): HealthCheck => ({
          Node: node.name,
          CheckID: check.checkId,
          Name: check.name,
          Status: check.status,
          Notes: check.notes ?? '',
          Output: check.output ?? '',
          ServiceID: check.serviceId ?? '',
          ServiceName: check.serviceId ? name : '',
          ServiceTags: check.serviceId ? tags : [],
          Type: check.type ?? '',
          CreateIndex: check.createIndex,
          ModifyIndex: check.modifyIndex,
        }),
      ),
    };
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

  #count(service: string, more: number): void {
    const count = (this.#instances.get(service) ?? 0) + more;
    if (count > 0) this.#instances.set(service, count);
    else this.#instances.delete(service);
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

function byKey(a: [string, unknown], b: [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function sameExceptIndexes(old: object, fresh: object): boolean {
  const { createIndex: _created, modifyIndex: _modified, ...rest } = old as Record<string, unknown>;
  return isDeepStrictEqual(rest, fresh);
}
