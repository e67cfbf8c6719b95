/** Where one agent lives. */
export interface AgentPlace {
  name: string;
  server: boolean;
  address: string;
  /** `https` only where the agent is to speak TLS. */
  ports: { http: number; rpc: number; serf: number; https?: number | undefined };
}

/** What an agent's HTTPS API is to be set up with: paths of PEM files, which are read again when it reloads. */
export interface AgentTls {
  ca: string;
  cert: string;
  key: string;
  /** Whether clients must have a certificate of that CA. Default false. */
  verifyIncoming?: boolean;
}

/**
 * One agent's configuration file, as JSON.
 *
 * Timings are far below Consul's defaults, so that a test sees a failure in a second or two rather than in a
 * quarter of a minute. What is watched, and in which order it fails, stays Consul's own.
 *
 * @param around `others`: the nodes to join; `data`: its data folder; `bootstrapExpect`: of how many servers the
 *   first is to make a cluster; `tls`: for the port `https`.
 */
export function agentConfig(
  place: AgentPlace,
  around: {
    others: readonly AgentPlace[];
    data: string;
    bootstrapExpect: number | undefined;
    tls?: AgentTls | undefined;
  },
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
    ports: {
      ...{ http: ports.http, https: ports.https ?? -1, server: ports.rpc, serf_lan: ports.serf },
      ...{ serf_wan: -1, dns: -1, grpc: -1 },
    },
    ...(around.tls && tlsConfig(around.tls)),
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

/**
 * Consul 1.12 groups these keys under `tls`, and still takes them here, where older versions know them.
 * https://developer.hashicorp.com/consul/docs/reference/agent/configuration-file/tls#deprecated-options
 */
function tlsConfig({ ca, cert, key, verifyIncoming = false }: AgentTls): Record<string, unknown> {
  return {
    ...{ ca_file: ca, cert_file: cert, key_file: key },
    ...{ verify_incoming_https: verifyIncoming, verify_incoming_rpc: false },
  };
}
