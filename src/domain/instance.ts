/** A check's status, as Consul names it. */
export type CheckStatus = 'passing' | 'warning' | 'critical';

/** An instance's status: the worst of its checks', or `maintenance` when an operator put it or its node there. */
export type InstanceStatus = CheckStatus | 'maintenance';

/** A health check of a node or of one instance on it. */
export interface Check {
  readonly id: string;
  readonly status: CheckStatus;
}

/** A service on a node, with every check of both. */
export interface Instance {
  readonly node: string;
  readonly serviceId: string;
  /** As registered: the service's address or, if it has none, its node's. Input from strangers: not parsed yet. */
  readonly address: string;
  readonly checks: readonly Check[];
}

/** An instance's status and the check that decided it; `because` is absent while all checks pass. */
export interface Health {
  readonly status: InstanceStatus;
  readonly because?: Check;
}

/**
 * The one definition of health: an instance is healthy when its status is `passing`, that is when every check
 * of the instance and of its node is passing. A check script's exit code 1 is `warning`, which is not healthy.
 *
 * Maintenance mode is a critical check under a reserved ID and outranks the others, as in Consul's own
 * aggregation. https://developer.hashicorp.com/consul/commands/maint
 */
export function healthOf(checks: readonly Check[]): Health {
  const maintenance = checks.find((check) => isMaintenance(check) && check.status !== 'passing');
  if (maintenance) return { status: 'maintenance', because: maintenance };
  for (const status of ['critical', 'warning'] as const) {
    const because = checks.find((check) => check.status === status);
    if (because) return { status, because };
  }
  return { status: 'passing' };
}

/** How much some checks say of an instance: nothing, that its node is there, or that it serves. */
export type Evidence = 0 | 1 | 2;

/**
 * What checks say at most. Consul itself gives each node that has an agent the check `serfHealth`, by gossip; all others
 * somebody has defined. https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service
 */
export function evidenceOf(checks: readonly Check[]): Evidence {
  if (checks.length === 0) return 0;
  return checks.some(({ id }) => id !== 'serfHealth') ? 2 : 1;
}

/** What the checks that are not passing say at most. */
export function evidenceAgainst(checks: readonly Check[]): Evidence {
  return evidenceOf(checks.filter(({ status }) => status !== 'passing'));
}

function isMaintenance(check: Check): boolean {
  return check.id === '_node_maintenance' || check.id.startsWith('_service_maintenance:');
}
