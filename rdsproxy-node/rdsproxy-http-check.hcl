# Instead of rdsproxy.hcl, never beside it: the same service with an HTTP check, where script checks are not wanted.
# Consul asks HAProxy itself: 2xx is passing, 429 is a warning, all else (and no answer) is critical.

service {
  id   = "rdsproxy"
  name = "rdsproxy"
  port = 3306

  check {
    id       = "rdsproxy-serves"
    name     = "HAProxy reaches a database"
    notes    = "503 or no answer: HAProxy is down, or no replica and no master is left."
    http     = "http://127.0.0.1:1919/health"
    interval = "10s"
    timeout  = "3s"

    # As in rdsproxy.hcl.
    deregister_critical_service_after = "10m"
  }
}
