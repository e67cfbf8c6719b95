import type { Fault as ConsulFault } from '../../emulators/consul/consul-faults.ts';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import type { Fault as Route53Fault } from '../../emulators/route53/server.ts';

/** The agents of the stand-in; an instance registered without an address has its node's. */
export const NODES = [
  { name: 'consul-1', address: '10.0.9.1' },
  { name: 'consul-2', address: '10.0.9.2' },
] as const;
export type NodeName = (typeof NODES)[number]['name'];

/** What a setting of the record varies in. */
export interface Setting {
  readonly routing: 'multivalue' | 'simple';
  readonly minHealthy: number;
  readonly onConflict: 'refuse' | 'replace';
}

/** The addresses that instances are registered with: few, so that they meet. `canonical`: as a record would hold it. */
export const ADDRESSES: readonly {
  readonly registered: string;
  readonly canonical?: string;
  readonly allowed: boolean;
}[] = [
  { registered: '10.0.0.1', canonical: '10.0.0.1', allowed: true },
  { registered: '10.0.0.2', canonical: '10.0.0.2', allowed: true },
  { registered: '10.0.0.3', canonical: '10.0.0.3', allowed: true },
  { registered: '10.0.0.4', canonical: '10.0.0.4', allowed: true },
  { registered: '', allowed: true },
  { registered: 'fd00::1', canonical: 'fd00::1', allowed: true },
  { registered: 'FD00:0::2', canonical: 'fd00::2', allowed: true },
  { registered: '8.8.8.8', canonical: '8.8.8.8', allowed: false },
  { registered: '169.254.169.254', canonical: '169.254.169.254', allowed: false },
  { registered: 'fe80::1', canonical: 'fe80::1', allowed: false },
  { registered: '::ffff:10.0.0.1', allowed: false },
  { registered: '010.0.0.1', allowed: false },
  { registered: 'db.corp.internal', allowed: false },
];

/** What is known of a registered address; those of the large fleet (`10.1.`, `10.2.`) are not listed. */
function addressOf(registered: string, node: NodeName): { canonical?: string; allowed: boolean } {
  if (registered === '') return { canonical: nodeAddress(node), allowed: true };
  const known = ADDRESSES.find((address) => address.registered === registered);
  return known ?? { canonical: registered, allowed: true };
}

const nodeAddress = (name: NodeName) => NODES.find((node) => node.name === name)?.address ?? '';

export interface Instance {
  readonly node: NodeName;
  readonly id: string;
  readonly address: string;
  /** Of its own check; absent for an instance without one. */
  readonly status?: CheckStatus;
  readonly maintenance?: boolean;
}

/** A fault that is to strike the next so many runs. */
export type PendingFault = { runs: number } & (
  | { readonly on: 'consul'; readonly fault: ConsulFault; readonly node?: NodeName }
  | { readonly on: 'route53'; readonly fault: Route53Fault }
);

/** The model: what was told to Consul, and what is about to go wrong. */
export class Facts {
  readonly setting: Setting;
  readonly instances = new Map<string, Instance>();
  readonly nodesInMaintenance = new Set<NodeName>();
  readonly deadNodes = new Set<NodeName>();
  pending: PendingFault[] = [];

  constructor(setting: Setting) {
    this.setting = setting;
  }

  find(node: NodeName, id: string): Instance | undefined {
    return this.instances.get(`${node}/${id}`);
  }

  set(instance: Instance): void {
    this.instances.set(`${instance.node}/${instance.id}`, instance);
  }

  remove({ node, id }: Instance): void {
    this.instances.delete(`${node}/${id}`);
  }

  /**
   * Healthy: every check of the instance and of its node is passing; and if it has no check of its own, none fails at its
   * address but that a node is gone. Only addresses that may be published.
   */
  healthy(): ReadonlySet<string> {
    const found = new Set<string>();
    const unchecked = new Set<string>();
    const failing = new Set<string>();
    for (const { node, address, status, maintenance } of this.instances.values()) {
      const { canonical, allowed } = addressOf(address, node);
      if (!allowed || !canonical) continue;
      const isFailing =
        maintenance || this.nodesInMaintenance.has(node) || (status !== undefined && status !== 'passing');
      if (isFailing) failing.add(canonical);
      else if (!this.deadNodes.has(node)) (status ? found : unchecked).add(canonical);
    }
    for (const address of unchecked) if (!failing.has(address)) found.add(address);
    return found;
  }

  /** Every address that is registered at all, allowed or not. */
  registered(): ReadonlySet<string> {
    return new Set(this.#addresses().flatMap(({ canonical }) => canonical ?? []));
  }

  #addresses() {
    return [...this.instances.values()].map(({ address, node }) => addressOf(address, node));
  }
}
