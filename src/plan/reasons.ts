/** Why something was held at a record: what is not believed stays, what has no room waits, and the next run looks again. */
export type HoldReason =
  | 'no-healthy-instances'
  | 'unknown-service'
  | 'below-minimum'
  | 'vanished'
  | 'address-not-allowed'
  | 'too-many-addresses'
  | 'source-suspect'
  | 'source-unavailable'
  | 'source-denied'
  | 'source-untrusted'
  | 'secret-unavailable'
  | 'login-failed'
  | 'protected'
  | 'paced';

/** Why a record was refused: settings or ownership forbid it, and somebody must act. */
export type RefuseReason = 'public-zone' | 'outside-zone' | 'owned-by-another' | 'conflict';

/** Why a record failed: Route 53 could not be read or changed. */
export type FailReason =
  | 'access-denied'
  | 'role-not-assumed'
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
  'unknown-service':
    "Correct the record's service, tag, filter, datacenter, namespace and partition, or register the service; if it is there, give the token service:read.",
  'below-minimum': "Look at the failing checks in Consul, or lower the record's minHealthy.",
  vanished:
    "If those nodes were removed on purpose, wait, or have it believed now: npm run force -- --stage <stage> --record <name>. Otherwise look at the Consul servers and at the token's rights.",
  'address-not-allowed':
    "Find out who registered it, and take it out of Consul (consul services deregister -id=…, or for a node without an agent PUT /v1/catalog/deregister); if it belongs there, let it be a plain address in a range of the record's allowedCidrs.",
  'too-many-addresses':
    'Give the service fewer instances or a second name (tag, filter), or raise the record\'s maxAddresses: Route 53 has room for 100 of a type with routing "multivalue", for 400 with "simple".',
  'source-suspect':
    'Look at the Consul servers (consul operator raft list-peers) and at the rights of the token.',
  'source-unavailable':
    "Check that Consul is up, and that the function's subnets and security group reach every address in CONSUL_HTTP_ADDR.",
  'source-denied': 'Give the function a valid token with service:read and node:read.',
  'source-untrusted':
    "Look at Consul's certificate and at CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY and CONSUL_TLS_SERVER_NAME.",
  'secret-unavailable':
    "Look at the setting that names it, at the rights of the function's role, and at its way to that service.",
  'login-failed':
    "Look at Consul's auth method and its binding rules (consul acl auth-method read, consul acl binding-rule list), and at the log of the Consul servers.",
  protected:
    'The name carries a record set protection; lift it in Route 53 when the record may change again.',
  paced:
    'The next invocation goes on. Where it takes long: many names at once, or something else in the account uses up the limits.',
  'public-zone': "Set HOSTED_ZONE_ID, or the record's zoneId, to a private hosted zone.",
  'outside-zone':
    "Correct the record's name, or set HOSTED_ZONE_ID or its zoneId to the zone that it belongs to.",
  'owned-by-another':
    'Let one deployment keep the name: take the record out of the settings of the other, or set onConflict to "replace" here to take it over.',
  conflict:
    'Remove that record set, use another name, or set onConflict to "replace" to have it swapped for ours.',
  'access-denied':
    "Give the function's role (the one in ROUTE53_ROLE_ARN, if that is set) route53:GetHostedZone, route53:ListResourceRecordSets and route53:ChangeResourceRecordSets, for this name and for _consul-route53-updater.<zone>, of TXT sets too.",
  'role-not-assumed':
    "The trust policy of the role in ROUTE53_ROLE_ARN must name this function's role, with ROUTE53_EXTERNAL_ID if it asks for one; this function's role needs sts:AssumeRole on it; and its subnets must reach STS in its Region, through a NAT gateway or an interface endpoint (com.amazonaws.<region>.sts).",
  'zone-not-found':
    "Set HOSTED_ZONE_ID, or the record's zoneId, to a hosted zone of this account, or of that of ROUTE53_ROLE_ARN.",
  throttled:
    'Route 53 limits the API requests of the whole account; find out what else uses them. The next run tries again.',
  rejected: "Read Route 53's message; if somebody else writes this record too, one of the two must stop.",
  'route53-unavailable':
    "Check that the function's subnets reach the Route 53 API, through a NAT gateway or an interface endpoint.",
  deadline: 'Raise WATCH_SECONDS, or find out from the log what took so long.',
};

const CA = "Set CONSUL_CACERT to the certificate of the CA that issued Consul's.";
const NODE_READ = 'node_prefix "" { policy = "read" }';
const GIVE_TOKEN =
  'Give the function a token (CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_SSM, CONSUL_HTTP_TOKEN_SECRET) or a login (CONSUL_AUTH_METHOD).';

/** What to do about a hold whose cause is known more exactly than its reason says, by that reason. */
export const CAUSE_REMEDIES = {
  'source-suspect': {
    'no-leader': 'Look at the Consul servers: consul operator raft list-peers, and their logs.',
    stale:
      'Look at the Consul servers: one has lost touch with its leader. maxStale says how much is allowed.',
    'acl-filtered': `Give the token service:read for the service and node:read for all nodes: ${NODE_READ}.`,
    'service-read-missing':
      'Give the token service:read for that service: service "<name>" { policy = "read" }.',
    'node-read-missing': `Give the token node:read for all nodes: ${NODE_READ}.`,
    'anonymous-empty': GIVE_TOKEN,
    malformed: 'Find out what answers at CONSUL_HTTP_ADDR: a proxy, a login page or another service.',
    'too-large':
      'Look for who registers a long check output, node name or meta value, or very many instances; or find out what answers at CONSUL_HTTP_ADDR.',
  },
  'source-denied': {
    'token-not-found':
      'Make a new token and put it where the setting says: the old one was deleted, has expired, or belongs to another cluster or datacenter.',
    'token-expired': 'Make a new token and put it where the setting says.',
    'permission-denied': `Give the token service:read for the service and ${NODE_READ}.`,
    'anonymous-denied': GIVE_TOKEN,
    'query-refused': "Correct the record's filter, tag, namespace, partition or datacenter.",
  },
  'source-untrusted': {
    'self-signed': `${CA} For a certificate that signed itself, that is the certificate.`,
    'unknown-ca': CA,
    'certificate-expired': "Renew Consul's certificate, and reload the Consul servers.",
    'certificate-not-yet-valid': 'Check the clock of whoever issued the certificate.',
    'wrong-name':
      'Set CONSUL_TLS_SERVER_NAME to a name in the certificate, such as server.dc1.consul, or use that name in CONSUL_HTTP_ADDR.',
    'client-certificate':
      "Set CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY to a certificate that is valid and from Consul's CA: this Consul verifies its clients.",
    'not-tls': "Use http:// in CONSUL_HTTP_ADDR, or the port of Consul's HTTPS API (by convention 8501).",
    'tls-required': 'Use https:// in CONSUL_HTTP_ADDR.',
    'tls-failed': "Look at Consul's TLS settings and at the log of the Consul servers.",
  },
  'secret-unavailable': {
    'secret-not-found': 'Correct its name, or create it in this Region and account.',
    'secret-access-denied':
      "Allow the function's role ssm:GetParameter or secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if that is your own.",
    'secret-malformed': 'Store the plain text itself, or name the key of the JSON object behind a #.',
    'secret-unreachable':
      "Give the function's subnets a way to that service: a NAT gateway, or an interface endpoint (com.amazonaws.<region>.ssm or .secretsmanager).",
  },
} as const;

type Causes = { readonly [R in keyof typeof CAUSE_REMEDIES]: keyof (typeof CAUSE_REMEDIES)[R] };

/** What exactly is wrong, where a hold says more than its reason. */
export type HoldCause = Causes[keyof Causes];

/** What exactly is wrong with something that is held for one reason. */
export type CauseOf<R extends keyof Causes> = Causes[R];

/** Why a record is held whose service could not be read. */
export type SourceHold =
  | { readonly reason: 'source-suspect'; readonly cause: CauseOf<'source-suspect'> }
  /** Without a cause where Consul did not say. */
  | { readonly reason: 'source-denied'; readonly cause?: CauseOf<'source-denied'> | undefined }
  | { readonly reason: 'source-untrusted'; readonly cause: CauseOf<'source-untrusted'> }
  | { readonly reason: 'secret-unavailable'; readonly cause: CauseOf<'secret-unavailable'> }
  | { readonly reason: 'source-unavailable' | 'login-failed'; readonly cause?: undefined };

/** Why a record is held: a reason, and a cause that belongs to it. */
export type Hold =
  | SourceHold
  | { readonly reason: Exclude<HoldReason, SourceHold['reason']>; readonly cause?: undefined };

/** What to do, as a sentence or two. */
export function remedyFor({
  reason,
  cause,
}: {
  readonly reason: Reason;
  readonly cause?: HoldCause | undefined;
}): string {
  const remedies: Readonly<Record<string, Readonly<Record<string, string>>>> = CAUSE_REMEDIES;
  return (cause && remedies[reason]?.[cause]) ?? REMEDIES[reason];
}
