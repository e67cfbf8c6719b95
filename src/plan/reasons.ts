/** Why a record was held: what is published stays, and the next run looks again. */
export type HoldReason =
  | 'no-healthy-instances'
  | 'below-minimum'
  | 'vanished'
  | 'address-not-allowed'
  | 'source-suspect'
  | 'source-unavailable'
  | 'source-denied'
  | 'protected';

/** Why a record was refused: settings or ownership forbid it, and somebody must act. */
export type RefuseReason = 'public-zone' | 'outside-zone' | 'conflict' | 'too-many-addresses';

/** Why a record failed: Route 53 could not be read or changed. */
export type FailReason =
  | 'access-denied'
  | 'zone-not-found'
  | 'throttled'
  | 'rejected'
  | 'route53-unavailable'
  | 'deadline';

export type Reason = HoldReason | RefuseReason | FailReason;

/** What to do about each reason, as a sentence. */
export const REMEDIES: Readonly<Record<Reason, string>> = {
  'no-healthy-instances':
    "Look at the service's checks in Consul; as soon as an instance is healthy, the record follows.",
  'below-minimum': "Look at the failing checks in Consul, or lower the record's minHealthy.",
  vanished:
    'If those nodes were removed on purpose, invoke the function with {"action": "apply", "force": true}; otherwise look at the Consul servers and at the token\'s rights.',
  'address-not-allowed':
    "Find out who registered that address; if it belongs there, add its range to the record's allowedCidrs.",
  'source-suspect':
    'Look at the Consul servers (consul operator raft list-peers) and at the rights of the token.',
  'source-unavailable':
    "Check that Consul is up, and that the function's subnets and security group reach every address in CONSUL_HTTP_ADDR.",
  'source-denied': 'Give CONSUL_HTTP_TOKEN a valid token with service:read and node:read.',
  protected:
    'The name carries a record set protection; lift it in Route 53 when the record may change again.',
  'public-zone': 'Set HOSTED_ZONE_ID to a private hosted zone.',
  'outside-zone': "Correct the record's name, or set HOSTED_ZONE_ID to the zone that it belongs to.",
  conflict:
    'Remove that record set, use another name, or set onConflict to "replace" to have it swapped for ours.',
  'too-many-addresses': 'Use routing "multivalue", which has one record set for each address.',
  'access-denied':
    "Give the function's role route53:GetHostedZone, route53:ListResourceRecordSets and, for this name, route53:ChangeResourceRecordSets.",
  'zone-not-found': 'Set HOSTED_ZONE_ID to a hosted zone of this account.',
  throttled:
    'Route 53 limits the API requests of the whole account; find out what else uses them. The next run tries again.',
  rejected: "Read Route 53's message; if somebody else writes this record too, one of the two must stop.",
  'route53-unavailable':
    "Check that the function's subnets reach the Route 53 API, through a NAT gateway or an interface endpoint.",
  deadline: "Raise the function's timeout, or find out from the log what took so long.",
};
