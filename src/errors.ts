/** Reading Consul failed. */
export abstract class SourceError extends Error {
  /** The same failure in other words, with this one as its cause. */
  abstract withMessage(message: string): SourceError;
}

/** Why an answer of Consul is not believed. */
export type SuspectCause =
  | 'no-leader'
  | 'stale'
  | 'acl-filtered'
  | 'service-read-missing'
  | 'node-read-missing'
  | 'anonymous-empty'
  | 'malformed';

/** Consul answered, but with something that must not be believed. */
export class SourceSuspectError extends SourceError {
  override readonly name = 'SourceSuspectError';
  readonly suspicion: SuspectCause;

  constructor(suspicion: SuspectCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.suspicion = suspicion;
  }

  override withMessage(message: string): SourceSuspectError {
    return new SourceSuspectError(this.suspicion, message, { cause: this });
  }
}

/** No address of Consul gave an answer: refused, cut, timed out, or an error status. */
export class SourceUnavailableError extends SourceError {
  override readonly name = 'SourceUnavailableError';

  override withMessage(message: string): SourceUnavailableError {
    return new SourceUnavailableError(message, { cause: this });
  }
}

/** Why Consul refused a request. */
export type DeniedCause =
  | 'token-not-found'
  | 'token-expired'
  | 'permission-denied'
  | 'anonymous-denied'
  | 'query-refused';

/** Consul refused the token (401 or 403), or what was asked (400). */
export class SourceDeniedError extends SourceError {
  override readonly name = 'SourceDeniedError';
  /** Absent where Consul did not say. */
  readonly refusal: DeniedCause | undefined;

  constructor(refusal: DeniedCause | undefined, message: string, options?: ErrorOptions) {
    super(message, options);
    this.refusal = refusal;
  }

  override withMessage(message: string): SourceDeniedError {
    return new SourceDeniedError(this.refusal, message, { cause: this });
  }
}

/** Why no trusted connection to Consul came about. */
export type UntrustedCause =
  | 'self-signed'
  | 'unknown-ca'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'wrong-name'
  | 'client-certificate'
  | 'not-tls'
  | 'tls-required'
  | 'tls-failed';

/** Consul's certificate is not to be trusted, or Consul does not trust ours. */
export class SourceUntrustedError extends SourceError {
  override readonly name = 'SourceUntrustedError';
  readonly distrust: UntrustedCause;

  constructor(distrust: UntrustedCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.distrust = distrust;
  }

  override withMessage(message: string): SourceUntrustedError {
    return new SourceUntrustedError(this.distrust, message, { cause: this });
  }
}

/** Why a secret could not be fetched from where a setting says it is kept. */
export type SecretCause =
  | 'secret-not-found'
  | 'secret-access-denied'
  | 'secret-malformed'
  | 'secret-unreachable';

/** The token, a certificate or a key could not be fetched from SSM Parameter Store or Secrets Manager. */
export class SecretUnavailableError extends SourceError {
  override readonly name = 'SecretUnavailableError';
  readonly fault: SecretCause;

  constructor(fault: SecretCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }

  override withMessage(message: string): SecretUnavailableError {
    return new SecretUnavailableError(this.fault, message, { cause: this });
  }
}

/** Consul's auth method gave no token for the function's role. */
export class LoginFailedError extends SourceError {
  override readonly name = 'LoginFailedError';

  override withMessage(message: string): LoginFailedError {
    return new LoginFailedError(message, { cause: this });
  }
}

/** Why Route 53 did not do what was asked. */
export type StoreFault =
  | 'access-denied'
  | 'role-not-assumed'
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
