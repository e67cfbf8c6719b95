import type { ServiceQuery } from '../domain/service-query.ts';
import { DeadlineError, SourceError } from '../errors.ts';
import { backoff } from '../pacing/backoff.ts';
import type { Clock, HealthSource, ServiceReading } from '../ports.ts';

/** What a watch saw: a reading that differs from the last one, or the loss of the source. */
export type Sighting = ServiceReading | SourceError;

export interface WatchPorts {
  readonly source: HealthSource;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
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
 * Watches one service until the signal aborts, by blocking queries under Consul's rules: an index that goes backwards
 * starts anew, and a wake-up without change means nothing.
 * https://developer.hashicorp.com/consul/api-docs/features/blocking#implementation-details
 *
 * @param last what is known already; an error if the service could not be read yet.
 * @param report called for each reading that differs from the one before, for the loss of the source, once, and for
 *   each new reason of it, and for the first reading after it, changed or not.
 */
export async function watchService(
  { source, clock, random }: WatchPorts,
  query: ServiceQuery,
  last: ServiceReading | Error,
  signal: AbortSignal,
  report: (sighting: Sighting) => void,
): Promise<void> {
  let failures = last instanceof Error ? 1 : 0;
  let index = last instanceof Error ? undefined : last.index;
  while (!signal.aborted) {
    if (failures > 0) await clock.sleep(backoff(failures, RETRY, random()), signal);
    const seen = await look(source, query, signal, index);
    if (signal.aborted || seen === undefined) return;
    if (seen instanceof Error) {
      failures++;
      // What changes while the source is lost must be seen at once when it is back.
      index = undefined;
      if (!(last instanceof Error) || last.message !== seen.message) report(seen);
    } else {
      const changed = last instanceof Error || !equalReadings(last, seen);
      if (changed) report(seen);
      if (seen.index === undefined) await clock.sleep(POLL, signal);
      else if (!changed && index !== undefined) await clock.sleep(PAUSE, signal);
      const wentBackwards = index !== undefined && seen.index !== undefined && seen.index < index;
      index = wentBackwards ? undefined : seen.index;
      failures = 0;
    }
    last = seen;
  }
}

/** One read; `undefined` once the time is up. */
async function look(
  source: HealthSource,
  query: ServiceQuery,
  signal: AbortSignal,
  index: number | undefined,
): Promise<Sighting | undefined> {
  try {
    return await source.read(query, signal, index === undefined ? undefined : { index, wait: WAIT });
  } catch (error) {
    if (error instanceof DeadlineError) return undefined;
    if (error instanceof SourceError) return error;
    throw error;
  }
}

function equalReadings(left: ServiceReading, right: ServiceReading): boolean {
  return JSON.stringify(left.instances) === JSON.stringify(right.instances);
}
