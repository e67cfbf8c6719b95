/** Settings that cannot work. Lists every fault at once; each names its variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'A setting is wrong' : `${faults.length} settings are wrong`}: ${faults.join(' ')}`,
    );
    this.faults = faults;
  }
}

/** The function was invoked with an event that it does not know. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** Why an answer of Consul is not believed. */
export type SuspectCause = 'no-leader' | 'stale' | 'acl-filtered' | 'anonymous-empty' | 'malformed';

/** Consul answered, but with something that must not be believed. */
export class SourceSuspectError extends Error {
  override readonly name = 'SourceSuspectError';
  readonly suspicion: SuspectCause;

  constructor(suspicion: SuspectCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.suspicion = suspicion;
  }
}

/** No address of Consul gave an answer: refused, cut, timed out, or an error status. */
export class SourceUnavailableError extends Error {
  override readonly name = 'SourceUnavailableError';
}

/** Consul refused the token (401 or 403). */
export class SourceDeniedError extends Error {
  override readonly name = 'SourceDeniedError';
}

/** Every way in which reading Consul can fail. */
export type SourceError = SourceSuspectError | SourceUnavailableError | SourceDeniedError;

export function isSourceError(error: unknown): error is SourceError {
  return (
    error instanceof SourceSuspectError ||
    error instanceof SourceUnavailableError ||
    error instanceof SourceDeniedError
  );
}

/** Why Route 53 did not do what was asked. */
export type StoreFault =
  | 'access-denied'
  | 'zone-not-found'
  | 'throttled'
  | 'rejected'
  | 'protected'
  | 'route53-unavailable';

/** Route 53 could not be read or changed. */
export class RecordStoreError extends Error {
  override readonly name = 'RecordStoreError';
  readonly fault: StoreFault;
  /** How often the request was sent; unknown if absent. After more than once, an answer may have been lost. */
  readonly attempts: number | undefined;

  constructor(
    fault: StoreFault,
    message: string,
    options: ErrorOptions & { readonly attempts?: number } = {},
  ) {
    const { attempts, ...rest } = options;
    super(message, rest);
    this.fault = fault;
    this.attempts = attempts;
  }
}

/** The time that the invocation had was used up before the work was done. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  /** @param what what was not finished, as the start of a sentence. */
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was not finished when the time of the invocation was used up`, options);
  }
}

/** A scheduled run failed; thrown after its report was logged, so that Lambda counts an error. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}
