/** Record types that the API knows (`RRType`). https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export const RECORD_TYPES = [
  'SOA',
  'A',
  'TXT',
  'NS',
  'CNAME',
  'MX',
  'NAPTR',
  'PTR',
  'SRV',
  'SPF',
  'AAAA',
  'CAA',
  'DS',
  'TLSA',
  'SSHFP',
  'SVCB',
  'HTTPS',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

export const CHANGE_ACTIONS = ['CREATE', 'DELETE', 'UPSERT'] as const;

export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

export interface AliasTarget {
  readonly hostedZoneId: string;
  readonly dnsName: string;
  readonly evaluateTargetHealth: boolean;
}

export interface GeoLocation {
  readonly continentCode?: string | undefined;
  readonly countryCode?: string | undefined;
  readonly subdivisionCode?: string | undefined;
}

/**
 * One resource record set.
 *
 * `name` is in Route 53's own form once it is stored: lower-case, a trailing dot, unusual characters as
 * octal escapes. `ttl` is in seconds; an alias has neither `ttl` nor `values`.
 */
export interface RecordSet {
  readonly name: string;
  readonly type: RecordType;
  readonly setIdentifier?: string | undefined;
  readonly weight?: number | undefined;
  readonly region?: string | undefined;
  readonly geoLocation?: GeoLocation | undefined;
  readonly failover?: string | undefined;
  readonly multiValueAnswer?: boolean | undefined;
  readonly ttl?: number | undefined;
  readonly values: readonly string[];
  readonly aliasTarget?: AliasTarget | undefined;
  readonly healthCheckId?: string | undefined;
}

export interface Change {
  readonly action: ChangeAction;
  readonly recordSet: RecordSet;
}

export type RoutingPolicy = 'simple' | 'weighted' | 'latency' | 'geolocation' | 'failover' | 'multivalue';

/** The routing policies a record set asks for by its fields; a sound set has exactly one. */
export function routingPoliciesOf(set: RecordSet): RoutingPolicy[] {
  const policies: RoutingPolicy[] = [];
  if (set.weight !== undefined) policies.push('weighted');
  if (set.region !== undefined) policies.push('latency');
  if (set.geoLocation !== undefined) policies.push('geolocation');
  if (set.failover !== undefined) policies.push('failover');
  if (set.multiValueAnswer === true) policies.push('multivalue');
  return policies.length === 0 ? ['simple'] : policies;
}

/** The routing policy of a sound record set. */
export function routingPolicyOf(set: RecordSet): RoutingPolicy {
  return routingPoliciesOf(set)[0] ?? 'simple';
}

/** What identifies a record set within a hosted zone: name, type and set identifier. */
export function keyOf(set: Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>): string {
  return JSON.stringify([set.name, set.type, set.setIdentifier ?? null]);
}

export interface Vpc {
  readonly region: string;
  readonly id: string;
}
