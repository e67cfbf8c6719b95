/** Which servers may answer: https://developer.hashicorp.com/consul/api-docs/features/consistency */
export const CONSISTENCIES = ['default', 'stale', 'consistent'] as const;

/** Which instances to ask Consul for. Records with equal queries share one answer. */
export interface ServiceQuery {
  readonly service: string;
  readonly tag?: string;
  readonly datacenter?: string;
  readonly namespace?: string;
  readonly partition?: string;
  /** A filter expression: https://developer.hashicorp.com/consul/api-docs/features/filtering */
  readonly filter?: string;
  /** Which servers may answer; as Consul's own default if absent. */
  readonly consistency?: (typeof CONSISTENCIES)[number];
  /** How old an answer may be, in seconds since the server last heard from its leader. */
  readonly maxStale?: number;
}
