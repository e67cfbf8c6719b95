import type { Answer } from '../consul/answer.ts';
import type { RecordType } from '../domain/address.ts';
import type { Zone } from '../domain/zone.ts';
import type { ChangeStatus, Clock, RecordStore } from '../ports.ts';

/** An answer, and how far the clock of who gave it is ahead of ours, in milliseconds. */
export interface DatedAnswer extends Answer {
  readonly skew?: number;
}

/** One address of Consul, step by step. Each step rejects with the error that the system gave. */
export interface ConsulProbe {
  /** `http(s)://host:port`. */
  readonly origin: string;
  readonly host: string;
  readonly secure: boolean;
  /** The addresses of the host. */
  resolve(signal: AbortSignal): Promise<readonly string[]>;
  /** Opens a connection to one of the addresses, and closes it. */
  connect(addresses: readonly string[], signal: AbortSignal): Promise<void>;
  /** Makes a TLS connection, verified as the function verifies it. @returns the days that the certificate has left. */
  handshake(signal: AbortSignal): Promise<number>;
  /** @param path with its query. */
  get(path: string, signal: AbortSignal, token?: string): Promise<DatedAnswer>;
}

/** A VPC that a hosted zone is associated with. */
export interface Vpc {
  readonly id: string;
  readonly region: string;
}

/** One hosted zone, by single attempts. Rejects with RecordStoreError, the SDK's error being its cause. */
export interface ZoneProbe {
  zone(signal: AbortSignal): Promise<{ readonly zone: Zone; readonly vpcs: readonly Vpc[] }>;
  readonly store: RecordStore;
}

/** Route 53. */
export interface Route53Probe {
  /** Finds credentials; whether they are valid is not checked. Rejects with the SDK's error. */
  credentials(signal: AbortSignal): Promise<void>;
  /** The role to be assumed; absent if those credentials do. Rejects with RoleNotAssumedError. */
  readonly role?: { readonly arn: string; assume(signal: AbortSignal): Promise<void> };
  /** The hosted zone of that ID. */
  zoneOf(zoneId: string): ZoneProbe;
  readonly changes: ChangeStatus;
  /** How far Route 53's clock is ahead of ours, in milliseconds; `undefined` before it answered. */
  skew(): number | undefined;
}

/** Where the doctor runs. */
export interface Place {
  /** The Region of the deployed function; `undefined` in an operator's shell, which says nothing of the function. */
  readonly region: string | undefined;
  /** Asks the resolver of this place for the primary name server of a zone. Rejects where it knows none. */
  primaryNameServer(zone: string, signal: AbortSignal): Promise<string>;
  /** Asks it for the addresses at a name; none where there are none. Rejects where it does not answer. */
  addresses(name: string, type: RecordType, signal: AbortSignal): Promise<readonly string[]>;
}

/** Where the token comes from that requests to Consul carry. */
export interface TokenProbe {
  /** What it means that there is one, as a sentence; `undefined` where it is a setting, or where there is none. */
  readonly obtained: string | undefined;
  /** The setting that it comes from; `undefined` where there is none. */
  readonly setting: string | undefined;
  /** `undefined` for anonymous requests. Rejects with a SourceError. */
  obtain(signal: AbortSignal): Promise<string | undefined>;
}

export interface DoctorPorts {
  readonly consul: readonly ConsulProbe[];
  readonly token: TokenProbe;
  readonly route53: Route53Probe;
  readonly place: Place;
  readonly clock: Pick<Clock, 'now' | 'epoch'>;
  /** A text that no set identifier ever had. */
  readonly nonce: () => string;
}

/** Milliseconds that a leg may take. */
export interface Limits {
  readonly consul: number;
  readonly route53: number;
}
