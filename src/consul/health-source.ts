import type { ServiceQuery } from '../domain/service-query.ts';
import { SourceError } from '../errors.ts';
import type { CauseOf, HoldCause, SourceHold } from '../plan/reasons.ts';
import type { BlockingQuery, HealthSource, ServiceReading } from '../ports.ts';
import type { Answer } from './answer.ts';
import { admitsFiltering } from './answer.ts';
import type { ConsulAccess } from './consul-access.ts';
import type { Call, ConsulEndpoint } from './endpoint.ts';
import { isOfStream, readAnswer } from './health-answer.ts';
import type { MissingRight } from './token-rights.ts';
import { expiryOf } from './token-self.ts';

export interface HealthSourceOptions {
  /** Milliseconds that one address has for one answer. Default 3,000. */
  readonly timeout?: number;
  /**
   * How old an answer may be, in milliseconds since the server last heard from its leader, where a query does not say
   * so itself. Default 5,000.
   */
  readonly maxStale?: number;
  /** Milliseconds that Consul may hold one blocking query, whatever was asked for. Default: no limit. */
  readonly longestWait?: number;
}

/**
 * Reads health from Consul: its addresses in order, the last good one first.
 *
 * A failure may concern that one server only (no leader, a token that has not reached it yet, a proxy in front of it),
 * so the next address is asked, unless all would answer the same. A token that is refused is obtained anew, and the
 * read goes on with the new one.
 */
export function consulHealthSource(
  access: ConsulAccess,
  { timeout = 3_000, maxStale = 5_000, longestWait = Number.POSITIVE_INFINITY }: HealthSourceOptions = {},
): HealthSource {
  const { tokens } = access;
  const known = new Set<string>();
  let lastGood = 0;

  /** One answer of one address, believed or not. */
  async function ask(
    endpoint: ConsulEndpoint,
    query: ServiceQuery,
    call: Call,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const limited = blocking && { ...blocking, wait: Math.min(blocking.wait, longestWait) };
    const read = (answer: Answer) =>
      readAnswer(answer, {
        service: query.service,
        maxStale: query.maxStale === undefined ? maxStale : query.maxStale * 1_000,
        hasToken: call.token !== undefined,
      });
    try {
      const answer = await endpoint.health(query, call, limited);
      // A stream tells at once that something has changed, and nothing of whether its answer is to be believed.
      const said = blocking && isOfStream(answer) ? await endpoint.health(query, call) : answer;
      return await readingOf(endpoint, query, call, said, read);
    } catch (error) {
      if (query.consistency !== 'stale' || !isSuspect(error, 'stale', 'no-leader')) throw error;
      // That server has lost touch with its leader, so the leader itself is asked.
      const anew = { ...query, consistency: 'default' } as const;
      return await readingOf(endpoint, query, call, await endpoint.health(anew, call), read);
    }
  }

  /** Asks with the token of the moment; if Consul refuses that, with another one if there is one. */
  async function askWithToken(
    endpoint: ConsulEndpoint,
    query: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const token = await tokens.current(signal);
    try {
      const call = { token, timeout, signal };
      const [reading] = await Promise.all([
        ask(endpoint, query, call, blocking),
        token === undefined ? undefined : learnExpiry(endpoint, token, call),
      ]);
      return reading;
    } catch (error) {
      if (!isFor(error, 'source-denied') || token === undefined || error.hold.cause === 'query-refused')
        throw error;
      const other = await tokens.afterRefusal(token, signal).catch((failure: unknown) => {
        if (!(failure instanceof SourceError)) throw failure;
        throw new SourceError(error.hold, `${error.message}, and ${failure.message}`, { cause: failure });
      });
      // Not as a blocking query: changes may have been missed meanwhile.
      if (other !== undefined)
        return await ask(endpoint, query, { token: other, timeout, signal }, undefined);
      if (error.hold.cause !== 'token-not-found' || !tokens.isExpired(token)) throw error;
      const expired = { reason: 'source-denied', cause: 'token-expired' } as const;
      throw new SourceError(expired, `${error.message}: it has expired`, { cause: error });
    }
  }

  /** Learns once of each token when it expires, so that it can be told from one that was deleted. */
  async function learnExpiry(endpoint: ConsulEndpoint, token: string, call: Call): Promise<void> {
    if (known.has(token)) return;
    known.add(token);
    const expires = await expiryOf(endpoint, call);
    if (expires !== undefined) tokens.noteExpiry(token, expires);
  }

  async function readFrom(
    endpoints: readonly ConsulEndpoint[],
    query: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const failures: { origin: string; error: SourceError }[] = [];
    // Reads run side by side and may change `lastGood`; each asks every address once.
    const first = lastGood;
    for (let tried = 0; tried < endpoints.length; tried++) {
      const index = (first + tried) % endpoints.length;
      const endpoint = endpoints[index];
      if (!endpoint) break;
      try {
        // Only the first address gets a blocking query: while it failed, changes may have been missed.
        const reading = await askWithToken(endpoint, query, signal, tried === 0 ? blocking : undefined);
        lastGood = index;
        return reading;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        // There was no token, so this address was not asked, and another would not be either.
        if (['secret-unavailable', 'login-failed'].includes(error.hold.reason)) throw error;
        failures.push({ origin: endpoint.origin, error });
        if (SAME_EVERYWHERE.has(error.hold.cause)) break;
      }
    }
    throw summarize(failures);
  }

  /** Reads; if no connection is to be trusted, once more with certificates and keys that have changed by now. */
  async function readTrusted(
    query: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const endpoints = await access.endpoints(signal);
    try {
      return await readFrom(endpoints, query, signal, blocking);
    } catch (error) {
      if (!isFor(error, 'source-untrusted')) throw error;
      const others = await access.endpointsAfterDistrust(endpoints, signal);
      if (!others) throw error;
      // Not as a blocking query: changes may have been missed meanwhile.
      return await readFrom(others, query, signal, undefined);
    }
  }

  return {
    async read(query, signal, blocking) {
      try {
        return await readTrusted(query, signal, blocking);
      } catch (error) {
        throw withoutToken(error, tokens.held());
      }
    },
  };
}

/** Reads an answer; one that seems to lack instances because of a missing right is told of with that right. */
async function readingOf(
  endpoint: ConsulEndpoint,
  query: ServiceQuery,
  call: Call,
  answer: Answer,
  read: (answer: Answer) => ServiceReading,
): Promise<ServiceReading> {
  const seen = readOrDoubt(answer, read);
  if (!(seen instanceof Error) && (seen.instances.length > 0 || admitsFiltering(answer))) return seen;
  // In a file of its own, since it is seldom asked.
  const { findMissingRight } = await import('./token-rights.ts');
  const right = await findMissingRight(endpoint, query, call, answer);
  if (right !== undefined) throw missingRight(right, query.service, call.token !== undefined);
  if (seen instanceof Error) throw seen;
  return seen;
}

function readOrDoubt(answer: Answer, read: (answer: Answer) => ServiceReading): ServiceReading | SourceError {
  try {
    return read(answer);
  } catch (error) {
    if (isSuspect(error, 'acl-filtered')) return error;
    throw error;
  }
}

function missingRight(right: MissingRight, service: string, hasToken: boolean): SourceError {
  const because = (cause: CauseOf<'source-suspect'>, message: string) =>
    new SourceError({ reason: 'source-suspect', cause }, message);
  if (!hasToken)
    return because(
      'anonymous-empty',
      `was asked without a token, which has no ${right}, so its empty answer says nothing about "${service}"`,
    );
  return right === 'service:read'
    ? because('service-read-missing', `hides "${service}", because the token has no service:read for it`)
    : because('node-read-missing', `hides the instances of "${service}", because the token has no node:read`);
}

/** Whether reading failed for that reason. */
function isFor<R extends SourceHold['reason']>(
  error: unknown,
  reason: R,
): error is SourceError & { readonly hold: Extract<SourceHold, { reason: R }> } {
  return error instanceof SourceError && error.hold.reason === reason;
}

/** Whether an answer is not believed for one of these causes. */
function isSuspect(error: unknown, ...causes: readonly CauseOf<'source-suspect'>[]): error is SourceError {
  return isFor(error, 'source-suspect') && causes.includes(error.hold.cause);
}

/** What no address of Consul would answer otherwise: the query is wrong, or the token may not read the service. */
const SAME_EVERYWHERE: ReadonlySet<string | undefined> = new Set<HoldCause>([
  ...(['query-refused', 'acl-filtered', 'anonymous-empty'] as const),
  ...(['service-read-missing', 'node-read-missing'] as const),
]);

/** One error for all addresses. An address that answered decides the reason, before those that did not. */
function summarize(failures: readonly { origin: string; error: SourceError }[]): SourceError {
  const message = failures.map(({ origin, error }) => `Consul at ${origin} ${error.message}`).join('; ');
  const telling = failures.find(({ error }) => error.hold.reason !== 'source-unavailable') ?? failures[0];
  return telling
    ? telling.error.withMessage(message)
    : new SourceError({ reason: 'source-unavailable' }, message);
}

/** A proxy between us and Consul may repeat what it was sent, so the token is taken out of messages. */
function withoutToken(error: unknown, token: string | undefined): unknown {
  if (!(error instanceof SourceError) || token === undefined || !error.message.includes(token)) return error;
  return error.withMessage(error.message.replaceAll(token, '(the token)'));
}
