import type { IncomingHttpHeaders } from 'node:http';
import { Catalog } from './catalog.ts';
import { type Fault, Faults } from './consul-faults.ts';
import { urlOf } from './http.ts';
import { AgentListener } from './listener.ts';
import { LocalAgent } from './local-agent.ts';
import type { CheckStatus, Consul, ConsulAgent } from './types.ts';

/** A request that reached an agent, in the order of arrival. */
export interface LoggedRequest {
  /** The node's name. */
  agent: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Milliseconds, of the clock given. */
  at: number;
}

/** A running stand-in. */
export interface ConsulStandIn extends Consul {
  readonly kind: 'stand-in';
  readonly agents: readonly ConsulAgent[];
  /** Every request so far. Empty it with `requests.length = 0`. */
  readonly requests: LoggedRequest[];
  /**
   * Lets something go wrong, on one agent or on all; a fault of the same kind is replaced. Queries held at that
   * moment come back and meet the fault.
   */
  setFault(fault: Fault, on?: { node: string }): Promise<void>;
  /** Ends all faults, on one agent or on all. */
  clearFaults(on?: { node: string }): Promise<void>;
  /** Sets the serfHealth check of a node: critical is what the cluster finds when its agent has died. */
  setSerfHealth(node: string, status: CheckStatus): void;
}

/**
 * Starts a Consul stand-in: one HTTP listener on loopback for each node, all over one catalog, as a small cluster.
 * It answers the endpoints that the updater, `npm start` and the tests use, as Consul 1.8 does, with the headers of
 * newer ones. It runs no script, HTTP or TCP check, evaluates no filter expression and knows no sessions or KV.
 *
 * @param options `nodes`: names, and addresses as the catalog shows them; `datacenter`: default `dc1`; `now`: the
 *   clock of the request log, in milliseconds; `random`: the jitter of blocking queries, 0 to 1.
 */
export async function startConsulStandIn(options: {
  nodes: readonly { name: string; address: string }[];
  datacenter?: string;
  now?: () => number;
  random?: () => number;
}): Promise<ConsulStandIn> {
  const { nodes, datacenter = 'dc1', now = Date.now, random = Math.random } = options;
  const catalog = new Catalog(datacenter);
  const requests: LoggedRequest[] = [];
  const setSerfHealth = (node: string, status: CheckStatus) => {
    const output = status === 'passing' ? 'Agent alive and reachable' : 'Agent not live or unreachable';
    catalog.setCheck(node, { checkId: 'serfHealth', name: 'Serf Health Status', status, output });
  };

  const listeners: AgentListener[] = [];
  const servers = () => listeners.map(({ host }) => host);
  for (const { name, address } of nodes) {
    catalog.setNode(name, address);
    setSerfHealth(name, 'passing');
    const agent = new LocalAgent(catalog, name);
    listeners.push(
      new AgentListener({ catalog, agent, address, faults: new Faults(), servers, random }, (request) => {
        const url = urlOf(request);
        requests.push({
          agent: name,
          method: request.method ?? '',
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
          at: now(),
        });
      }),
    );
  }
  const close = async () => void (await Promise.all(listeners.map((listener) => listener.close())));
  try {
    await Promise.all(listeners.map((listener) => listener.listen()));
  } catch (error) {
    await close();
    throw error;
  }

  const on = (choice: { node: string } | undefined) => {
    const chosen = listeners.filter(({ node }) => choice === undefined || node === choice.node);
    if (chosen.length === 0) throw new Error(`the stand-in has no node ${choice?.node}`);
    return chosen;
  };
  return {
    kind: 'stand-in',
    agents: listeners.map(({ node, address, url }) => ({ node, address, url })),
    requests,
    setSerfHealth,
    close,
    setFault: async (fault, choice) => void (await Promise.all(on(choice).map((one) => one.setFault(fault)))),
    clearFaults: async (choice) => void (await Promise.all(on(choice).map((one) => one.clearFaults()))),
  };
}
