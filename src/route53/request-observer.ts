import type { Route53Client } from '@aws-sdk/client-route-53';
import { toRecordStoreError } from './store-error.ts';

/** Is told of the requests of a client. */
export interface RequestObserver {
  noteRoute53(milliseconds: number, attempts: number): void;
  noteThrottled(): void;
}

/**
 * Tells an observer of every request of a client: outermost, of the request with all its retries; innermost, of each
 * answer that refused for a rate limit, as a request that succeeds in the end says nothing of those.
 *
 * @returns the client itself.
 */
export function observeRequests(
  client: Route53Client,
  observer: RequestObserver,
  clock: { now(): number },
): Route53Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const start = clock.now();
      const note = (told: { $metadata?: { attempts?: number } }) =>
        observer.noteRoute53(clock.now() - start, told.$metadata?.attempts ?? 1);
      try {
        const result = await next(args);
        note(result.output);
        return result;
      } catch (error) {
        note(error as { $metadata?: { attempts?: number } });
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'observeRequest' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (toRecordStoreError(error, '').reason === 'throttled') observer.noteThrottled();
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'observeAttempt' },
  );
  return client;
}
