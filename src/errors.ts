import type { Objection } from './plan/guards.ts';
import type { FailReason, SourceHold } from './plan/reasons.ts';

/** Reading Consul failed, or what it said is not to be believed. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** Why a record is held for it. Not to be confused with `cause`, which is the error behind this one. */
  readonly hold: SourceHold;

  constructor(hold: SourceHold, message: string, options?: ErrorOptions) {
    super(message, options);
    this.hold = hold;
  }

  /** The same failure in other words, with this one as its cause. */
  withMessage(message: string): SourceError {
    return new SourceError(this.hold, message, { cause: this });
  }
}

/** Why Route 53 did not do what was asked. */
export type StoreReason = Exclude<FailReason, 'deadline'> | 'protected';

/** Route 53 could not be read or changed. */
export class RecordStoreError extends Error {
  override readonly name = 'RecordStoreError';
  readonly reason: StoreReason;
  /** How often the request was sent; unknown if absent. After more than once, an answer may have been lost. */
  readonly attempts: number | undefined;

  constructor(
    reason: StoreReason,
    message: string,
    options: ErrorOptions & { readonly attempts?: number } = {},
  ) {
    const { attempts, ...rest } = options;
    super(message, rest);
    this.reason = reason;
    this.attempts = attempts;
  }
}

/** The time that the invocation had was used up before the work was done. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly reason = 'deadline';

  /** @param what what was not finished, as the start of a sentence. */
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was not finished when the time of the invocation was used up`, options);
  }
}

/**
 * What follows for a record. While Consul cannot be believed, what is published is held, and so it is under a record
 * set protection, which is an operator's freeze; whatever else Route 53 does is a failure.
 */
export function objectionFrom(error: SourceError | RecordStoreError | DeadlineError): Objection {
  const { message } = error;
  if (error instanceof SourceError) return { decision: 'hold', ...error.hold, message };
  if (error.reason === 'protected') return { decision: 'hold', reason: error.reason, message };
  return { decision: 'fail', reason: error.reason, message };
}
