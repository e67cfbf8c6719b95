import {
  DeadlineError,
  LoginFailedError,
  type RecordStoreError,
  SecretUnavailableError,
  SourceDeniedError,
  type SourceError,
  SourceSuspectError,
  SourceUntrustedError,
} from '../errors.ts';
import type { Objection } from '../plan/guards.ts';
import { type HoldCause, type HoldReason, remedyFor } from '../plan/reasons.ts';

/** What follows for a record from Consul's failing: what is published is held. */
export function sourceObjection(error: SourceError | DeadlineError): Objection {
  if (error instanceof DeadlineError) return { decision: 'fail', reason: 'deadline', message: error.message };
  const { reason, cause } = reasonOf(error);
  return { decision: 'hold', reason, ...(cause !== undefined && { cause }), message: error.message };
}

/** What to do about Consul's failing, as a sentence or two. */
export function sourceRemedy(error: SourceError): string {
  const { reason, cause } = reasonOf(error);
  return remedyFor(reason, cause);
}

function reasonOf(error: SourceError): {
  readonly reason: HoldReason;
  readonly cause?: HoldCause | undefined;
} {
  if (error instanceof SourceSuspectError) return { reason: 'source-suspect', cause: error.suspicion };
  if (error instanceof SourceDeniedError) return { reason: 'source-denied', cause: error.refusal };
  if (error instanceof SourceUntrustedError) return { reason: 'source-untrusted', cause: error.distrust };
  if (error instanceof SecretUnavailableError) return { reason: 'secret-unavailable', cause: error.fault };
  if (error instanceof LoginFailedError) return { reason: 'login-failed' };
  return { reason: 'source-unavailable' };
}

/** What follows for a record from Route 53's failing. A record set protection is an operator's freeze: held. */
export function storeObjection(error: RecordStoreError | DeadlineError): Objection {
  if (error instanceof DeadlineError) return { decision: 'fail', reason: 'deadline', message: error.message };
  if (error.fault === 'protected') return { decision: 'hold', reason: 'protected', message: error.message };
  return { decision: 'fail', reason: error.fault, message: error.message };
}
