#!/bin/sh
# Consul check of a proxy node: can HAProxy serve, that is, does it reach a database?
# Exit 0: yes. Exit 2: no. Prints one line, which Consul shows as the check's output.
#
# The trap: exit 1 is only a *warning* to Consul, which keeps the service in DNS answers, and 1 is what most commands
# and a failing `set -e` exit with. So every way out of here is 0 or 2, and nothing else decides.
#
# Needs curl or wget. Settings, from the environment:
#   RDSPROXY_HEALTH_URL     default http://127.0.0.1:1919/health
#   RDSPROXY_CHECK_TIMEOUT  whole seconds, default 3; below the timeout of the check in Consul

url=${RDSPROXY_HEALTH_URL:-http://127.0.0.1:1919/health}
seconds=${RDSPROXY_CHECK_TIMEOUT:-3}

critical() {
  printf 'critical: %s\n' "$1"
  exit 2
}

# Without a status of its own, a script ended by a signal has one that Consul reads as critical anyway; this adds why.
trap 'critical "the check was stopped"' HUP INT TERM

case $seconds in
  '' | *[!0-9]*) critical "RDSPROXY_CHECK_TIMEOUT is \"$seconds\", not a whole number of seconds" ;;
esac

# A proxy that the environment names is no way to this node's own HAProxy, so both are told to use none.
ask() {
  if command -v curl >/dev/null 2>&1; then
    curl --noproxy '*' --fail --silent --show-error --max-time "$seconds" --output /dev/null "$url"
  elif command -v wget >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    http_proxy='' timeout "$seconds" wget -q -O /dev/null "$url"
  elif command -v wget >/dev/null 2>&1; then
    # -T bounds each of wget's tries, of which there are 20 unless it is told otherwise.
    http_proxy='' wget -q -t 1 -T "$seconds" -O /dev/null "$url"
  else
    printf 'neither curl nor wget is installed\n'
    return 1
  fi
}

reason=$(ask 2>&1) || critical "$url: ${reason:-no good answer within $seconds s}"

printf 'passing: %s\n' "$url"
exit 0
