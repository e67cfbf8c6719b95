# What the service definition needs of the node's Consul agent, beside your own configuration:
# /etc/consul.d/rdsproxy-agent.hcl.

# Script checks from files on this node only. enable_script_checks would also accept them over the HTTP API: whoever
# reaches that port could then run commands here.
enable_local_script_checks = true
