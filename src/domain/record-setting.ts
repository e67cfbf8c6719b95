import type { AddressPolicy } from './address-policy.ts';
import type { Cidr } from './cidr.ts';
import type { RecordName } from './record-name.ts';

/** Which servers may answer: https://developer.hashicorp.com/consul/api-docs/features/consistency */
export const CONSISTENCIES = ['default', 'stale', 'consistent'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

/** One record: which service, and how to publish it. */
export interface RecordSetting {
  readonly service: string;
  /** The ID of the hosted zone that holds it. Names are unique within a zone. */
  readonly zoneId: string;
  readonly name: RecordName;
  /** Seconds. */
  readonly ttl: number;
  readonly routing: 'multivalue' | 'simple';
  readonly allowedCidrs: readonly Cidr[];
  readonly addressPolicy: AddressPolicy;
  /** With fewer healthy addresses than this, what is published is kept. At least 1. */
  readonly minHealthy: number;
  readonly onConflict: 'refuse' | 'replace';
  readonly tag?: string;
  readonly datacenter?: string;
  readonly namespace?: string;
  readonly partition?: string;
  /** A filter expression: https://developer.hashicorp.com/consul/api-docs/features/filtering */
  readonly filter?: string;
  /** Which servers may answer; as Consul's own default if absent. */
  readonly consistency?: Consistency;
  /** How old an answer may be, in seconds since the server last heard from its leader. */
  readonly maxStale?: number;
}
