import type { Answer } from '../consul/answer.ts';

/** What is known of Consul's access control. `off`: no tokens at all; the others are its default policy. */
export type AclMode = 'off' | 'allow' | 'deny' | 'unknown';

/** The answers from which the rights of a token follow; `undefined` where there was none. */
export interface RightsEvidence {
  readonly hasToken: boolean;
  /** `/v1/acl/token/self` */
  readonly token: Answer | undefined;
  /** `/v1/agent/self`, which only a token with agent:read may read. */
  readonly agent: Answer | undefined;
  /** `/v1/status/peers`, which needs no right. */
  readonly peers: Answer | undefined;
  /** `/v1/catalog/nodes` */
  readonly nodes: Answer | undefined;
  /** `/v1/catalog/services`, which needs service:read and not node:read. */
  readonly services: Answer | undefined;
}

/** A response header, `undefined` where there is none. */
export function headerOf(answer: Answer | undefined, name: string): string | undefined {
  return answer?.headers[name]?.toString();
}

/** Consul 1.11 and newer say so when an answer to a token was filtered. */
export function isFiltered(answer: Answer | undefined): boolean {
  return headerOf(answer, 'x-consul-results-filtered-by-acls') === 'true';
}

/** Whether Consul would say that it filtered an answer: those that name their default policy do. */
export function admitsFiltering(answer: Answer | undefined): boolean {
  return headerOf(answer, 'x-consul-default-acl-policy') !== undefined;
}

/** The list in an answer, `undefined` if there is none. */
export function listIn(answer: Answer | undefined): readonly unknown[] | undefined {
  return answer?.status === 200 && Array.isArray(answer.body) ? answer.body : undefined;
}

/** The names of the services that the catalog lists, in lower case as Consul compares them. */
export function servicesIn(answer: Answer | undefined): readonly string[] | undefined {
  const { status, body } = answer ?? {};
  if (status !== 200 || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return Object.keys(body).map((name) => name.toLowerCase());
}

/** From a header of newer versions, else from what the agent tells of itself, else from what it says of tokens. */
export function aclModeOf({ token, agent, nodes }: RightsEvidence): AclMode {
  if (token?.status === 401 || saysDisabled(token)) return 'off';
  const policy = headerOf(nodes, 'x-consul-default-acl-policy') ?? agentPolicy(agent);
  return policy === 'allow' || policy === 'deny' ? policy : 'unknown';
}

function saysDisabled(answer: Answer | undefined): boolean {
  return typeof answer?.body === 'string' && /ACL support disabled/i.test(answer.body);
}

function agentPolicy(agent: Answer | undefined): unknown {
  const { DebugConfig: config } = (agent?.status === 200 ? agent.body : {}) as {
    DebugConfig?: Readonly<Record<string, unknown>>;
  };
  // Consul 1.9 renamed it.
  return config?.['ACLDefaultPolicy'] ?? config?.['ACLResolverSettings.ACLDefaultPolicy'];
}
