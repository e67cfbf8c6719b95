import type { Answer } from '../consul/answer.ts';
import { defaultPolicyOf } from '../consul/answer.ts';

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

/** Access control as a newer Consul's header tells it, or the agent's own settings, or its answer about the token. */
export function aclModeOf({ token, agent, nodes }: RightsEvidence): AclMode {
  if (token?.status === 401 || saysDisabled(token)) return 'off';
  const policy = defaultPolicyOf(nodes) ?? agentPolicy(agent);
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
