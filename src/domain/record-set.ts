import { type Address, parseAddress, type RecordType } from './address.ts';
import type { RecordName } from './record-name.ts';

interface RecordSetBase {
  readonly name: RecordName;
  readonly ttl: number;
  /** Never empty. As Route 53 listed them, since a DELETE must repeat them exactly. */
  readonly values: readonly string[];
  /** A Route 53 health check that somebody attached; ours have none. */
  readonly healthCheckId?: string;
}

/** One record set with all its values, no set identifier. */
export interface SimpleRecordSet extends RecordSetBase {
  readonly routing: 'simple';
  readonly type: RecordType;
}

/** One of several record sets of one name and type under Route 53's multivalue answer policy. */
export interface MultivalueRecordSet extends RecordSetBase {
  readonly routing: 'multivalue';
  readonly type: RecordType;
  readonly setIdentifier: string;
}

/** A record set that this tool may publish. TTL in seconds. */
export type AddressRecordSet = SimpleRecordSet | MultivalueRecordSet;

/** One of several TXT sets of one name under the multivalue answer policy: what this tool notes about its records. */
export interface TextRecordSet extends RecordSetBase {
  readonly routing: 'multivalue';
  readonly type: 'TXT';
  readonly setIdentifier: string;
}

/** A record set at one of our names that this tool never publishes: only ever left alone, or replaced on request. */
export interface OtherRecordSet {
  readonly routing:
    | 'alias'
    | 'weighted'
    | 'latency'
    | 'failover'
    | 'geolocation'
    | 'geoproximity'
    | 'cidr'
    | 'multivalue'
    | 'simple';
  readonly name: RecordName;
  /** Any DNS type: also CNAME, TXT… */
  readonly type: string;
  readonly setIdentifier?: string;
  /** Empty for an alias. */
  readonly values: readonly string[];
  /** The record set in the words of Route 53's API, so that it can be deleted exactly. Opaque here. */
  readonly source: object;
}

export type RecordSet = AddressRecordSet | TextRecordSet | OtherRecordSet;

/** One change to one record set. The message says it in words, the same in log, dry run and test. */
export type Change =
  /** `CREATE` fails where the set is there already; `UPSERT` writes over it. */
  | {
      readonly action: 'CREATE' | 'UPSERT';
      readonly set: AddressRecordSet | TextRecordSet;
      readonly message: string;
    }
  | { readonly action: 'DELETE'; readonly set: RecordSet; readonly message: string }
  /** A `DELETE` of what is there and a `CREATE` of what takes its place, so that it fails where somebody else was faster. */
  | {
      readonly action: 'REPLACE';
      readonly before: AddressRecordSet | TextRecordSet;
      readonly set: AddressRecordSet | TextRecordSet;
      readonly message: string;
    };

/** Whether this is a set of addresses under simple or multivalue routing. */
export function isAddressRecordSet(set: RecordSet): set is AddressRecordSet {
  return !('source' in set) && set.type !== 'TXT';
}

/** Whether this is a TXT set under multivalue routing. */
export function isTextRecordSet(set: RecordSet): set is TextRecordSet {
  return !('source' in set) && set.type === 'TXT';
}

/** The addresses in a set, in canonical form; a value that is no plain address is passed over. */
export function addressesOf(set: AddressRecordSet): readonly Address[] {
  return set.values.flatMap((value) => parseAddress(value) ?? []);
}

/** The set identifier under which this tool publishes one address of a service. */
export function setIdentifierFor(service: string, address: Address): string {
  return `${ownedPrefix(service)}${address}`;
}

/** Whether a multivalue set was published by this tool, for this service or, without one, for any. */
export function isPublishedByUs(set: MultivalueRecordSet, service?: string): boolean {
  return set.setIdentifier.startsWith(service === undefined ? 'consul/' : ownedPrefix(service));
}

function ownedPrefix(service: string): string {
  return `consul/${service}/`;
}
