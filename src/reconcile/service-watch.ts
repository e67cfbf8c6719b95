import type { ServiceQuery } from '../domain/service-query.ts';
import { DeadlineError, SourceError } from '../errors.ts';
import { backoff } from '../pacing/backoff.ts';
import type { Limiter } from '../pacing/limiter.ts';
import type { BlockingQuery, Clock, HealthSource, ServiceReading } from '../ports.ts';

/** An answer of Consul, and when it was asked for, in milliseconds: it is at least as new as that. */
export interface Answer extends ServiceReading {
  readonly askedAt: number;
  /** When it arrived. */
  readonly heardAt: number;
  /** What it tells of the instances, as text: equal where two answers tell the same. */
  readonly told: string;
  /** Whether the leader was asked although the query allows any server. */
  readonly isFromLeader?: boolean;
}

/** What a watch saw: an answer, or the loss of the source. */
export type Sighting = Answer | SourceError;

export interface WatchPorts {
  readonly source: HealthSource;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Lets so many reads through at once; a blocking query, which waits at Consul, is not one of them. */
  readonly reads: Limiter;
}

/**
 * Milliseconds that one blocking query waits at Consul. A server that dies without a word is noticed only when this
 * and the timeout are over, so it is far less than Consul's default of five minutes.
 */
const WAIT = 10_000;

/** Milliseconds between reads of a source that gives no index to wait on. */
const POLL = 1_000;

/** Milliseconds after a wake-up without change: Consul also wakes for what does not concern the service. */
const PAUSE = 20;

/** Milliseconds between tries of a source that is lost. */
const RETRY = { base: 100, most: 2_000 };

/**
 * Watches one service until the signal aborts: one plain read, then blocking queries under Consul's rules, by which an
 * index that goes backwards starts anew, and a wake-up without change means nothing.
 * https://developer.hashicorp.com/consul/api-docs/features/blocking#implementation-details
 *
 * @param after what the blocking queries wait for.
 * @param report called for each answer, also one that tells nothing new, and for the loss of the source, once, and for
 *   each new reason of it.
 */
export async function watchService(
  ports: WatchPorts,
  query: ServiceQuery,
  { signal, after }: { readonly signal: AbortSignal; readonly after: Promise<unknown> },
  report: (sighting: Sighting) => void,
): Promise<void> {
  const { clock, random } = ports;
  let last: Sighting | undefined;
  let failures = 0;
  let index: number | undefined;
  while (!signal.aborted) {
    if (failures > 0) await clock.sleep(backoff(failures, RETRY, random()), signal);
    if (index !== undefined) await after;
    const seen = await readService(
      ports,
      query,
      signal,
      index === undefined ? undefined : { index, wait: WAIT },
    );
    if (signal.aborted || seen instanceof DeadlineError) return;
    if (seen instanceof Error) {
      failures++;
      // What changes while the source is lost must be seen at once when it is back.
      index = undefined;
      if (!(last instanceof SourceError) || !isSameLoss(last, seen)) report(seen);
    } else {
      report(seen);
      // The change that follows from it is sent first: with a small share of a processor, all else would hold it up.
      await clock.sleep(0, signal);
      if (seen.index === undefined) await clock.sleep(POLL, signal);
      else if (index !== undefined && isSameAnswer(last, seen)) await clock.sleep(PAUSE, signal);
      index = (seen.index ?? 0) < (index ?? 0) ? undefined : seen.index;
      failures = 0;
    }
    last = seen;
  }
}

/** Reads one service once; what goes wrong is the result. */
export async function readService(
  { source, clock, reads }: Omit<WatchPorts, 'random'>,
  query: ServiceQuery,
  signal: AbortSignal,
  blocking?: BlockingQuery,
): Promise<Answer | SourceError | DeadlineError> {
  const read = async () => {
    const askedAt = clock.now();
    const reading = await source.read(query, signal, blocking);
    return { ...reading, askedAt, heardAt: clock.now(), told: JSON.stringify(reading.instances) };
  };
  try {
    return await (blocking ? read() : reads(read));
  } catch (error) {
    if (error instanceof SourceError || error instanceof DeadlineError) return error;
    throw error;
  }
}

/** By its reason: a message may have another number or another word of a stranger each time. */
function isSameLoss(left: SourceError, right: SourceError): boolean {
  return left.hold.reason === right.hold.reason && left.hold.cause === right.hold.cause;
}

/** Whether an answer tells the same of the instances as what was heard before it. */
export function isSameAnswer(before: Answer | Error | undefined, answer: Answer): boolean {
  return before !== undefined && !(before instanceof Error) && before.told === answer.told;
}
