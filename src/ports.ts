import type { Instance } from './domain/instance.ts';
import type { RecordName } from './domain/record-name.ts';
import type { Change, RecordSet } from './domain/record-set.ts';
import type { ServiceQuery } from './domain/service-query.ts';
import type { Zone } from './domain/zone.ts';
import type { SecretReference } from './settings/settings-reader.ts';

/** Where secrets are kept: SSM Parameter Store, Secrets Manager. */
export interface SecretStore {
  /**
   * Fetches the text that a reference means.
   *
   * @throws SourceError (`secret-unavailable`), whose message says which setting names it; DeadlineError once the signal aborts.
   */
  read(reference: SecretReference, signal: AbortSignal): Promise<string>;
}

/** A signed request to STS that was not sent. Whoever receives it can send it, and so learn who signed it. */
export interface SignedCallerIdentity {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs `sts:GetCallerIdentity` in the name of the function's role, with the header `X-Consul-IAM-ServerID` if there is one. */
export type SignCallerIdentity = (options: {
  readonly region: string;
  readonly serverId?: string;
}) => Promise<SignedCallerIdentity>;

/** What Consul said of a service, after it was found to be believable. */
export interface ServiceReading {
  /** Every registered instance, healthy or not. */
  readonly instances: readonly Instance[];
  /** Where a blocking query may go on from; absent if Consul gave none that can be used. */
  readonly index?: number;
}

/** A read that Consul answers only when something changed, or after a while. */
export interface BlockingQuery {
  /** The index of the reading that is already known. */
  readonly index: number;
  /** Milliseconds after which Consul answers all the same; it adds up to a sixteenth of its own. */
  readonly wait: number;
}

/** Where the instances come from. */
export interface HealthSource {
  /**
   * Reads every registered instance of a service.
   *
   * @param signal ends the call when the invocation has no more time.
   * @param blocking waits for a change; without it the answer comes at once.
   * @throws SourceError; nothing else, but DeadlineError once the signal aborts.
   */
  read(query: ServiceQuery, signal: AbortSignal, blocking?: BlockingQuery): Promise<ServiceReading>;
}

/** Time, passed in so that tests may own it. */
export interface Clock {
  /** Milliseconds that never go backwards. */
  now(): number;
  /** The time of day, in milliseconds since 1970. It is the same for all processes, but may be set back or forth. */
  epoch(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Where the records go: one hosted zone. */
export interface RecordStore {
  /** The zone itself. Throws RecordStoreError, or DeadlineError once the signal aborts; so do the others. */
  zone(signal: AbortSignal): Promise<Zone>;
  /**
   * Reads every record set, of any type, at exactly these names. The first name is not read later than the others, so
   * that a change of it tells of changes of theirs.
   *
   * @returns an entry for each name, with an empty list where the zone has nothing.
   */
  read(
    names: readonly RecordName[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RecordName, readonly RecordSet[]>>;
  /**
   * Makes all changes, or none of them. They must fit in one request.
   *
   * @throws RecordStoreError; with the reason `rejected` nothing was changed, with others it may have been.
   */
  apply(changes: readonly Change[], signal: AbortSignal): Promise<void>;
}

/** What Route 53 says of a change after it has accepted it. */
export interface ChangeStatus {
  /**
   * Whether all of Route 53's DNS servers answer by it (`INSYNC`, and not `PENDING` any more).
   *
   * @throws RecordStoreError, or DeadlineError once the signal aborts.
   */
  isInSync(changeId: string, signal: AbortSignal): Promise<boolean>;
}
