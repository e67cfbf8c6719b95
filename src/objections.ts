import {
  DeadlineError,
  type RecordStoreError,
  SourceDeniedError,
  type SourceError,
  SourceSuspectError,
} from './errors.ts';
import type { Objection } from './plan/guards.ts';

/** What follows for a record from Consul's failing: what is published is held. */
export function sourceObjection(error: SourceError | DeadlineError): Objection {
  if (error instanceof DeadlineError) return { decision: 'fail', reason: 'deadline', message: error.message };
  const reason =
    error instanceof SourceSuspectError
      ? 'source-suspect'
      : error instanceof SourceDeniedError
        ? 'source-denied'
        : 'source-unavailable';
  return { decision: 'hold', reason, message: error.message };
}

/** What follows for a record from Route 53's failing. A record set protection is an operator's freeze: held. */
export function storeObjection(error: RecordStoreError | DeadlineError): Objection {
  if (error instanceof DeadlineError) return { decision: 'fail', reason: 'deadline', message: error.message };
  if (error.fault === 'protected') return { decision: 'hold', reason: 'protected', message: error.message };
  return { decision: 'fail', reason: error.fault, message: error.message };
}
