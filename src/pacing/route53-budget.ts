import { tokenBucket } from './token-bucket.ts';

/**
 * What Route 53 allows an account, less what others need: of requests that change records 50 at once and 10 a second,
 * of changes 1,500 and 100 a second.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
 */
const REQUESTS = { burst: 30, every: 100 };
const CHANGES = { burst: 1_500, every: 10 };

/** Tokens of changes that are left for what cannot wait. */
const RESERVE = 500;

/** The account's two buckets, as far as this process draws on them. */
export interface Route53Budget {
  /**
   * When a request may be sent.
   *
   * @param tokens what its changes take.
   * @param isUrgent whether it may use what is left for such requests.
   * @returns milliseconds of `now`; `now` or earlier if at once.
   */
  readyAt(now: number, tokens: number, isUrgent: boolean): number;
  /** When so many tokens will have come for requests that are not urgent, however many more than there can be at once. */
  turnAt(now: number, tokens: number): number;
  /** Notes that a request was sent. */
  take(now: number, tokens: number): void;
  /**
   * Notes that another writer has changed something then. It shares the account's buckets, and may have taken all that is
   * not left for what cannot wait.
   */
  othersTook(then: number, now: number): void;
}

export function route53Budget(): Route53Budget {
  const requests = tokenBucket(REQUESTS);
  const changes = tokenBucket(CHANGES);
  // Of the same, what may be used for what can wait.
  const spare = tokenBucket({ ...CHANGES, burst: CHANGES.burst - RESERVE });
  return {
    readyAt: (now, tokens, isUrgent) =>
      Math.max(requests.readyAt(now), (isUrgent ? changes : spare).readyAt(now, tokens)),
    turnAt: spare.turnAt,
    take(now, tokens) {
      requests.take(now);
      changes.take(now, tokens);
      spare.take(now, tokens);
    },
    othersTook: spare.wasEmpty,
  };
}
