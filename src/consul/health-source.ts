import {
  isSourceError,
  SourceDeniedError,
  type SourceError,
  SourceSuspectError,
  SourceUnavailableError,
} from '../errors.ts';
import type { BlockingQuery, HealthSource, ServiceQuery, ServiceReading } from '../ports.ts';
import type { ConsulSettings } from '../settings.ts';
import { readAnswer } from './answer.ts';
import { type ConsulEndpoint, consulEndpoint } from './endpoint.ts';

export interface HealthSourceOptions {
  /** Milliseconds that one address has for one answer. Default 3,000. */
  readonly timeout?: number;
  /** How old an answer may be, in milliseconds since the server last heard from its leader. Default 5,000. */
  readonly maxStale?: number;
  /** Milliseconds that Consul may hold one blocking query, whatever was asked for. Default: no limit. */
  readonly longestWait?: number;
}

/**
 * Reads health from Consul: its addresses in order, the last good one first.
 *
 * Whatever is wrong with one address may be that one server's trouble (no leader, a token that has not reached it yet,
 * a proxy in front of it), so the next is asked. Only what a token may not read, none of them tells.
 */
export function consulHealthSource(
  settings: ConsulSettings,
  { timeout = 3_000, maxStale = 5_000, longestWait = Number.POSITIVE_INFINITY }: HealthSourceOptions = {},
): HealthSource & { close(): void } {
  const endpoints = settings.addresses.map((origin) => consulEndpoint(origin, settings));
  const hasToken = settings.token !== undefined;
  let lastGood = 0;

  async function ask(
    endpoint: ConsulEndpoint,
    query: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const limited = blocking && { ...blocking, wait: Math.min(blocking.wait, longestWait) };
    const answer = await endpoint.health(query, timeout, signal, limited);
    return readAnswer(answer, { service: query.service, maxStale, hasToken });
  }

  return {
    async read(query, signal, blocking) {
      const failures: { origin: string; error: SourceError }[] = [];
      // Another read may find a good one meanwhile; this one asks each address once all the same.
      const first = lastGood;
      for (let tried = 0; tried < endpoints.length; tried++) {
        const index = (first + tried) % endpoints.length;
        const endpoint = endpoints[index];
        if (!endpoint) break;
        try {
          // What was missed while an address failed must not wait: the next one is asked for an answer at once.
          const reading = await ask(endpoint, query, signal, tried === 0 ? blocking : undefined);
          lastGood = index;
          return reading;
        } catch (error) {
          if (!isSourceError(error)) throw error;
          failures.push({ origin: endpoint.origin, error });
          if (!isWorthAskingAnother(error)) break;
        }
      }
      throw summarize(failures);
    },
    close: () => endpoints.forEach((endpoint) => void endpoint.close()),
  };
}

function isWorthAskingAnother(error: SourceError): boolean {
  return !(
    error instanceof SourceSuspectError && ['acl-filtered', 'anonymous-empty'].includes(error.suspicion)
  );
}

/** One error for all addresses: an answer, however suspect, says more than none. */
function summarize(failures: readonly { origin: string; error: SourceError }[]): SourceError {
  const message = failures.map(({ origin, error }) => `Consul at ${origin} ${error.message}`).join('; ');
  const telling = failures.find(({ error }) => !(error instanceof SourceUnavailableError)) ?? failures[0];
  const cause = telling?.error;
  if (cause instanceof SourceSuspectError) return new SourceSuspectError(cause.suspicion, message, { cause });
  if (cause && !(cause instanceof SourceUnavailableError)) return new SourceDeniedError(message, { cause });
  return new SourceUnavailableError(message, { cause });
}
