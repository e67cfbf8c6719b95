/** Where one agent lives. */
export interface AgentPlace {
  name: string;
  server: boolean;
  address: string;
  ports: { http: number; rpc: number; serf: number };
}

/**
 * One agent's configuration file, as JSON.
 *
 * Timings are far below Consul's defaults, so that a test sees a failure in a second or two rather than in a
 * quarter of a minute. What is watched, and in which order it fails, stays Consul's own.
 *
 * @param around `others`: the nodes to join; `data`: its data folder; `bootstrapExpect`: of how many servers the
 *   first is to make a cluster.
 */
export function agentConfig(
  place: AgentPlace,
  around: { others: readonly AgentPlace[]; data: string; bootstrapExpect: number | undefined },
): Record<string, unknown> {
  const { name, server, address, ports } = place;
  return {
    node_name: name,
    server,
    ...(server && around.bootstrapExpect ? { bootstrap_expect: around.bootstrapExpect } : {}),
    data_dir: around.data,
    bind_addr: address,
    client_addr: address,
    // -1 turns a listener off; a cluster of one datacenter needs no WAN gossip.
    ports: { http: ports.http, server: ports.rpc, serf_lan: ports.serf, serf_wan: -1, dns: -1, grpc: -1 },
    retry_join: around.others.map((other) => `${other.address}:${other.ports.serf}`),
    retry_interval: '200ms',
    rejoin_after_leave: true,
    leave_on_terminate: true,
    // Checks with Args can be registered over HTTP, which listens on loopback only.
    enable_script_checks: true,
    disable_update_check: true,
    // A check's output reaches the catalog at once, not minutes after its status.
    check_update_interval: '0s',
    log_level: 'info',
    performance: { raft_multiplier: 1, leave_drain_time: '100ms', rpc_hold_timeout: '2s' },
    gossip_lan: {
      gossip_interval: '50ms',
      probe_interval: '200ms',
      probe_timeout: '100ms',
      suspicion_mult: 2,
    },
  };
}
