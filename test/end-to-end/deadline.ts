/**
 * Milliseconds for whatever must happen, be it the start of a program. Nothing takes so long: it is the point at which
 * a busy machine, too, has had its time. The longest wait on an idle one is for a blocking query at a Consul server that
 * was cut off, which ends by its time-out, about 14 s.
 */
export const DEADLINE = 60_000;

/**
 * Milliseconds for what Consul's catalog says of a node. A node that failed and returned while the leader changed stays
 * critical there, though all members know it as alive, until the leader next compares the two, once a minute:
 * `ReconcileInterval` in Consul's agent/consul/config.go, which no setting changes.
 */
export const CATALOG_DEADLINE = 60_000 + DEADLINE;
