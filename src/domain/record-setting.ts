import type { Address } from './address.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { Cidr } from './cidr.ts';
import type { RecordName } from './record-name.ts';
import type { ServiceQuery } from './service-query.ts';

/** One record: which service, and how to publish it. */
export interface RecordSetting {
  /** What it asks Consul for. */
  readonly query: ServiceQuery;
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
  /** How many addresses of one type, A or AAAA, are published at most. */
  readonly maxAddresses: number;
  /** Seconds for which addresses are kept that most of a name's instances have left unregistered; 0 for not at all. */
  readonly vanishedHoldSeconds: number;
  readonly onConflict: 'refuse' | 'replace';
  /** Who keeps the record: one deployment of this tool. */
  readonly owner: string;
}

/** Whether a record may hold an address. */
export function isAllowedBy({ addressPolicy }: RecordSetting): (address: Address) => boolean {
  return (address) => addressPolicy.refusalOf(address) === undefined;
}
