import type { CheckStatus, HealthEntry, ServiceDefinition } from './types.ts';

/** An agent answered with another status than 200. */
export class AgentApiError extends Error {
  override readonly name = 'AgentApiError';
  readonly status: number;
  readonly body: string;

  constructor(request: string, status: number, body: string) {
    super(`${request} answered ${status}: ${body.trim()}`);
    this.status = status;
    this.body = body;
  }
}

/** Filters and consistency of a health query; the names are those of Consul's HTTP API. */
export interface HealthQuery {
  passing?: boolean;
  tag?: string;
  dc?: string;
  /** Sorted by the distance from a node; `_agent` is the one that is asked. */
  near?: string;
  /** Wait for a change after this index … */
  index?: number;
  /** … at most this long, as Go writes a duration (`10s`). */
  wait?: string;
  consistency?: 'stale' | 'consistent';
  token?: string;
  signal?: AbortSignal;
}

/** Instances of a service, and what the headers say of the answer. */
export interface HealthAnswer {
  entries: HealthEntry[];
  /** For the next blocking query. */
  index: number;
  headers: Headers;
}

/** What `npm start` and tests ask of an agent. */
export interface AgentApi {
  /** Registers or replaces a service of this agent's node. */
  register(service: ServiceDefinition): Promise<void>;
  deregister(serviceId: string): Promise<void>;
  /** Reports the result of a TTL check; a check of another kind is refused with an AgentApiError. */
  setStatus(checkId: string, status: CheckStatus, output?: string): Promise<void>;
  serviceMaintenance(serviceId: string, enable: boolean, reason?: string): Promise<void>;
  nodeMaintenance(enable: boolean, reason?: string): Promise<void>;
  /** All instances of a service in the whole datacenter, not just this node's. */
  health(service: string, query?: HealthQuery): Promise<HealthAnswer>;
  /** `host:port` of the leader, or an empty string when there is none. */
  leader(): Promise<string>;
  /** `host:port` of each server that votes. */
  peers(): Promise<string[]>;
}

/**
 * A small client of an agent's HTTP API (developer.hashicorp.com/consul/api-docs).
 *
 * @param url `http://host:port` of the agent.
 * @param options `token` is sent as X-Consul-Token; `timeout` in milliseconds bounds every request but a blocking
 *   one, which its own signal bounds (default 30,000).
 */
export function agentApi(url: string, options: { token?: string; timeout?: number } = {}): AgentApi {
  const { token, timeout = 30_000 } = options;

  async function send(method: 'GET' | 'PUT', path: string, extra: Sent = {}): Promise<Response> {
    const sentToken = extra.token ?? token;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: sentToken === undefined ? {} : { 'X-Consul-Token': sentToken },
      body: extra.body === undefined ? null : JSON.stringify(extra.body),
      signal: extra.signal ?? (extra.forever ? null : AbortSignal.timeout(timeout)),
    });
    if (!response.ok) throw new AgentApiError(`${method} ${path}`, response.status, await response.text());
    return response;
  }

  async function put(path: string, body?: unknown): Promise<void> {
    // The body is read to its end so that the connection can be used again.
    await (await send('PUT', path, { body })).text();
  }

  async function health(service: string, query: HealthQuery = {}): Promise<HealthAnswer> {
    const response = await send('GET', `/v1/health/service/${encodeURIComponent(service)}${search(query)}`, {
      forever: query.index !== undefined,
      signal: query.signal,
      token: query.token,
    });
    const entries = (await response.json()) as HealthEntry[];
    return { entries, index: Number(response.headers.get('X-Consul-Index')), headers: response.headers };
  }

  return {
    health,
    register: (service) => put('/v1/agent/service/register', service),
    deregister: (id) => put(`/v1/agent/service/deregister/${encodeURIComponent(id)}`),
    setStatus: (id, status, output = '') =>
      put(`/v1/agent/check/update/${encodeURIComponent(id)}`, { Status: status, Output: output }),
    serviceMaintenance: (id, enable, reason = '') =>
      put(
        `/v1/agent/service/maintenance/${encodeURIComponent(id)}?${new URLSearchParams({ enable: String(enable), reason })}`,
      ),
    nodeMaintenance: (enable, reason = '') =>
      put(`/v1/agent/maintenance?${new URLSearchParams({ enable: String(enable), reason })}`),
    leader: async () => (await (await send('GET', '/v1/status/leader')).json()) as string,
    peers: async () => (await (await send('GET', '/v1/status/peers')).json()) as string[],
  };
}

interface Sent {
  body?: unknown;
  forever?: boolean;
  signal?: AbortSignal | undefined;
  token?: string | undefined;
}

function search(query: HealthQuery): string {
  const parameters = new URLSearchParams();
  if (query.passing) parameters.set('passing', '');
  if (query.consistency) parameters.set(query.consistency, '');
  for (const key of ['tag', 'dc', 'near', 'index', 'wait'] as const) {
    const value = query[key];
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}
