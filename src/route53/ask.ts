import type { RecordSet } from '../domain/record-set.ts';
import { DeadlineError } from '../errors.ts';
import { toRecordStoreError } from './store-error.ts';

/**
 * Sends one request by the SDK.
 *
 * @param asking what is asked of Route 53, as the start of a sentence: `listing the records of Z…`.
 * @param sets those that are to be changed.
 * @throws RecordStoreError; DeadlineError once the signal aborts.
 */
export async function ask<T>(
  asking: string,
  signal: AbortSignal,
  send: (abortSignal: AbortSignal) => Promise<T>,
  sets?: readonly RecordSet[],
): Promise<T> {
  try {
    return await unlessAborted(signal, send);
  } catch (error) {
    if (signal.aborted) throw new DeadlineError(asking, { cause: error });
    throw toRecordStoreError(error, asking, sets);
  }
}

/** Settles as the call does, or rejects as soon as the signal aborts: the SDK does not look at it between retries. */
async function unlessAborted<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  // Checked before the call, whose promise would otherwise be left without a handler.
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([call(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
