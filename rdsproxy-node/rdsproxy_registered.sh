#!/bin/sh
# Has this node's Consul agent read its definition files again if rdsproxy is not registered any more: Consul takes a
# service out of the catalog that was critical for long (deregister_critical_service_after), and that is for good.
# Exit 0: it is registered, the agent is away, or it has reloaded. Exit 1: the agent refused; one line says what.
#
# Needs curl. Settings, from the environment:
#   CONSUL_HTTP_ADDR       default http://127.0.0.1:8500
#   CREDENTIALS_DIRECTORY  of systemd: the file consul-token there has the token, or nothing where access control is off

agent=${CONSUL_HTTP_ADDR:-http://127.0.0.1:8500}
file=${CREDENTIALS_DIRECTORY:+$CREDENTIALS_DIRECTORY/consul-token}
token=
if [ -n "$file" ] && [ -r "$file" ]; then token=$(cat "$file"); fi

# Prints the status of an answer. The token goes in by standard input: whoever is on the node can read arguments.
ask() {
  printf 'X-Consul-Token: %s\n' "$token" |
    curl --noproxy '*' --silent --max-time 5 --header @- --output /dev/null --write-out '%{http_code}' "$@"
}

refused() {
  printf 'Consul answered %s: %s\n' "$1" "$2" >&2
  exit 1
}

status=$(ask "$agent/v1/agent/service/rdsproxy") || exit 0
case $status in
  200) exit 0 ;;
  404) ;;
  *) refused "$status" 'the token needs service:read for rdsproxy.' ;;
esac

status=$(ask --request PUT "$agent/v1/agent/reload") || exit 0
[ "$status" = 200 ] || refused "$status" 'the token needs agent:write for this node.'
echo 'rdsproxy was not registered: the agent has reloaded.'
