import type { AddressPolicy, Cidr } from './cidr.ts';
import type { RecordName } from './record-name.ts';

/** One record: which service, and how to publish it. */
export interface RecordSetting {
  readonly service: string;
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
}
