# The service, for the Consul agent of a proxy node: /etc/consul.d/rdsproxy.hcl, then `consul reload`.
# Without an address of its own, the service has the node's, which the record then gets.

service {
  id   = "rdsproxy"
  name = "rdsproxy"
  port = 3306

  check {
    id    = "rdsproxy-serves"
    name  = "HAProxy reaches a database"
    notes = "503 or no answer: HAProxy is down, or no replica and no master is left."

    # Needs enable_local_script_checks (consul-agent.hcl).
    # The exit code decides: 0 is passing, 1 is only a *warning*, all others are critical.
    args     = ["/usr/local/bin/check_haproxy.sh"]
    interval = "10s"
    # Above the script's own timeout of 3 s, so that it is the script that says what happened.
    timeout = "5s"

    # A service that stays critical this long is taken out of the catalog. It does not come back by itself when the
    # check recovers: rdsproxy-registered.timer sees to that. One minute is the least that Consul accepts.
    deregister_critical_service_after = "10m"
  }
}
