import diagnostics from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import Consul from 'consul';
import { DeadlineError, SourceUnavailableError } from '../errors.ts';
import type { BlockingQuery, ServiceQuery } from '../ports.ts';
import type { ConsulSettings } from '../settings.ts';
import type { Answer } from './answer.ts';

/** One address of Consul. */
export interface ConsulEndpoint {
  /** `http(s)://host:port`. */
  readonly origin: string;
  /**
   * Asks for every registered instance of a service.
   *
   * @param timeout milliseconds for the whole call, the wait of a blocking query not counted.
   * @returns whatever came back, also with an error status.
   * @throws SourceUnavailableError if nothing came back, with a message that continues a sentence beginning with the
   *   address; DeadlineError once the signal aborts.
   */
  health(
    query: ServiceQuery,
    timeout: number,
    signal: AbortSignal,
    blocking?: BlockingQuery,
  ): Promise<Answer>;
  /** Closes idle connections. */
  close(): void;
}

/** The client's errors carry the response only if the request's context asks for it. */
interface ClientError extends Error {
  readonly code?: string;
  readonly isTimeout?: boolean;
  readonly response?: IncomingMessage & { readonly body?: unknown };
}

/** One Consul client with its own connections, which are kept alive from one call and invocation to the next. */
export function consulEndpoint(origin: string, settings: ConsulSettings): ConsulEndpoint {
  const { ca, cert, key, serverName } = settings.tls;
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const agent = secure
    ? new https.Agent({
        keepAlive: true,
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(serverName !== undefined && { servername: serverName }),
      })
    : new http.Agent({ keepAlive: true });
  const stopNoticing = noticeCutAnswers(agent);
  const client = new Consul({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (secure ? 443 : 80)),
    secure,
    agent,
    defaults: {
      ...(settings.token !== undefined && { token: settings.token }),
      ...(settings.partition !== undefined && { partition: settings.partition }),
    },
    // The client types a namespace but never sends it; Consul takes it as a header too.
    ...(settings.namespace !== undefined && { headers: { 'x-consul-namespace': settings.namespace } }),
  });

  async function health(
    query: ServiceQuery,
    timeout: number,
    signal: AbortSignal,
    blocking?: BlockingQuery,
  ): Promise<Answer> {
    const context = Object.assign(new EventEmitter(), { includeResponse: true });
    const cancel = () => context.emit('cancel');
    if (signal.aborted) throw new DeadlineError(`asking Consul at ${origin} for "${query.service}"`);
    signal.addEventListener('abort', cancel, { once: true });
    const { service, tag, datacenter } = query;
    const options = {
      service,
      ...(tag !== undefined && { tag }),
      ...(datacenter !== undefined && { dc: datacenter }),
      ...(blocking !== undefined && { index: blocking.index, wait: `${blocking.wait}ms` }),
      // Consul adds up to a sixteenth to the wait, so that not all clients wake at once.
      timeout: timeout + Math.ceil((blocking?.wait ?? 0) * (1 + 1 / 16)),
      ctx: context,
    };
    try {
      // With `includeResponse` the client answers with a pair, which its types do not know.
      const [response, body] = (await client.health.service(options)) as [IncomingMessage, unknown];
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    } catch (error) {
      const { response } = error as ClientError;
      // A response that was cut off comes with the error too.
      if (response?.complete)
        return { status: response.statusCode ?? 0, headers: response.headers, body: response.body };
      if (signal.aborted)
        throw new DeadlineError(`asking Consul at ${origin} for "${service}"`, { cause: error });
      throw new SourceUnavailableError(describeFailure(error as ClientError, timeout), { cause: error });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  return {
    origin,
    health: (query, timeout, signal, blocking) =>
      health(query, timeout, signal, blocking).catch((error: unknown) => {
        // A server closes connections that were idle while the function was frozen; a fresh one tells the truth.
        if (isReset(error)) return health(query, timeout, signal, blocking);
        throw error;
      }),
    close() {
      stopNoticing();
      agent.destroy();
    },
  };
}

/**
 * Makes a request fail as soon as its answer is cut off. The client listens to the request only, and a response
 * that ends early says so only to its own listeners: the call would hang until its timeout.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
function noticeCutAnswers(agent: http.Agent): () => void {
  const onStart = (message: unknown) => {
    const { request } = message as { request: ClientRequest & { agent?: http.Agent } };
    if (request.agent !== agent) return;
    request.once('response', (response) => response.once('error', (error) => request.emit('error', error)));
  };
  diagnostics.subscribe('http.client.request.start', onStart);
  return () => void diagnostics.unsubscribe('http.client.request.start', onStart);
}

function isReset(error: unknown): boolean {
  const cause = error instanceof SourceUnavailableError ? (error.cause as ClientError) : undefined;
  return cause?.code === 'ECONNRESET' || cause?.code === 'EPIPE';
}

function describeFailure(error: ClientError, timeout: number): string {
  if (error.isTimeout) return `did not answer within ${timeout} ms`;
  if (error.code === 'ECONNREFUSED') return 'refused the connection';
  if (error.code === 'ECONNRESET') return 'cut the connection before its answer was complete';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `has a host name that does not resolve (${error.code})`;
  return `could not be asked (${error.code ?? error.message})`;
}
