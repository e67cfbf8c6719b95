import type { Catalog } from './catalog.ts';
import type { Registration } from './definitions.ts';
import { Refusal } from './http.ts';
import type { CheckStatus } from './types.ts';

const nodeMaintenance = '_node_maintenance';

/**
 * What one agent of the stand-in knows of itself: the services and TTL checks registered through it. It writes
 * them to the shared catalog at once. It runs no check of kind Args, HTTP or TCP; their status stays as registered.
 */
export class LocalAgent {
  readonly node: string;
  readonly #catalog: Catalog;
  readonly #ttls = new Map<string, { duration: number; timer: NodeJS.Timeout }>();

  constructor(catalog: Catalog, node: string) {
    this.#catalog = catalog;
    this.node = node;
  }

  /**
   * Registers or replaces a service. A check that exists keeps its status and output, as Consul's agent does, so
   * that a repeated registration does not make a healthy service critical.
   *
   * @param replaceChecks whether the service's other checks go; else they stay.
   */
  register({ service, checks }: Registration, replaceChecks = false): void {
    this.#catalog.setService(this.node, service);
    if (replaceChecks) {
      const kept = new Set(checks.map((check) => check.checkId));
      for (const { checkId } of this.#catalog.checksOf(this.node, service.id)) {
        if (!kept.has(checkId)) this.#removeCheck(checkId);
      }
    }
    for (const { ttl, ...check } of checks) {
      const old = this.#catalog.check(this.node, check.checkId);
      this.#catalog.setCheck(
        this.node,
        old ? { ...check, status: old.status, output: old.output ?? '' } : check,
      );
      if (ttl !== undefined) this.#startTtl(check.checkId, ttl);
    }
  }

  deregister(serviceId: string): void {
    for (const { checkId } of this.#catalog.checksOf(this.node, serviceId)) this.#removeCheck(checkId);
    this.#catalog.removeService(this.node, serviceId);
  }

  /** Takes the result of a TTL check. @throws Refusal 500 when there is no TTL check of that id. */
  report(checkId: string, status: CheckStatus, output: string): void {
    const ttl = this.#ttls.get(checkId);
    if (!ttl) throw new Refusal(500, `CheckID "${checkId}" does not have associated TTL`);
    this.#setStatus(checkId, status, output);
    this.#startTtl(checkId, ttl.duration);
  }

  /** @throws Refusal 404 when there is no service of that id. */
  serviceMaintenance(serviceId: string, enable: boolean, reason: string): void {
    if (!this.#catalog.service(this.node, serviceId)) {
      throw new Refusal(404, `No service registered with ID "${serviceId}"`);
    }
    const checkId = `_service_maintenance:${serviceId}`;
    const check = { checkId, name: 'Service Maintenance Mode', ...maintenance('service', reason), serviceId };
    if (enable) this.#catalog.setCheck(this.node, check);
    else this.#removeCheck(checkId);
  }

  nodeMaintenance(enable: boolean, reason: string): void {
    const check = { checkId: nodeMaintenance, name: 'Node Maintenance Mode', ...maintenance('node', reason) };
    if (enable) this.#catalog.setCheck(this.node, check);
    else this.#removeCheck(nodeMaintenance);
  }

  close(): void {
    for (const { timer } of this.#ttls.values()) clearTimeout(timer);
    this.#ttls.clear();
  }

  #startTtl(checkId: string, duration: number): void {
    clearTimeout(this.#ttls.get(checkId)?.timer);
    const timer = setTimeout(() => this.#setStatus(checkId, 'critical', 'TTL expired'), duration);
    timer.unref();
    this.#ttls.set(checkId, { duration, timer });
  }

  #setStatus(checkId: string, status: CheckStatus, output: string): void {
    const check = this.#catalog.check(this.node, checkId);
    if (!check) return;
    const { checkId: id, name, notes = '', type = '', serviceId = '' } = check;
    this.#catalog.setCheck(this.node, { checkId: id, name, status, notes, output, type, serviceId });
  }

  #removeCheck(checkId: string): void {
    clearTimeout(this.#ttls.get(checkId)?.timer);
    this.#ttls.delete(checkId);
    this.#catalog.removeCheck(this.node, checkId);
  }
}

function maintenance(what: 'service' | 'node', reason: string) {
  const none = `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`;
  return { status: 'critical' as const, notes: reason || none, output: '', type: 'maintenance' };
}
