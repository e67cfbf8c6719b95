import { EventEmitter } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import Consul from 'consul';
import { defined } from '../domain/defined.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import { DeadlineError, SourceError } from '../errors.ts';
import type { BlockingQuery } from '../ports.ts';
import type { Answer } from './answer.ts';
import { type AnswerLimit, AnswerTooLargeError, answerLimit } from './answer-limit.ts';
import { decodedBody, redactedHeaders } from './body.ts';
import { queryParameters } from './query-parameters.ts';
import { type Secret, tokenSecret } from './redact.ts';
import { watchAnswers } from './watch-answers.ts';

/** PEM texts, and the name to expect in Consul's certificate. */
export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

/** What every request has. */
export interface Call {
  readonly token: string | undefined;
  /** Milliseconds for the whole call, the wait of a blocking query not counted. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** What the request carries beside the token that must not come out of its answer. */
  readonly secrets?: readonly Secret[];
}

/** Any request but that for health. */
export interface ConsulRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/v1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/**
 * One address of Consul. Its functions return whatever came back, also with an error status.
 *
 * They throw SourceError if nothing came back (`source-unavailable`), more than is to be expected (`source-suspect`,
 * `too-large`), or no trusted connection came about (`source-untrusted`), with a message that continues a sentence
 * beginning with the address; DeadlineError once the signal aborts.
 */
export interface ConsulEndpoint {
  /** `http(s)://host:port`. */
  readonly origin: string;
  /** Asks for every registered instance of a service. */
  health(query: ServiceQuery, call: Call, blocking?: BlockingQuery): Promise<Answer>;
  send(request: ConsulRequest, call: Call): Promise<Answer>;
  /** Closes idle connections. */
  close(): void;
}

/** The client's errors carry the response only if the request's context asks for it. */
interface ClientError extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly isTimeout?: boolean;
  readonly response?: IncomingMessage & { readonly body?: Buffer };
}

/** The response and the body: what the client answers with where its context says `includeResponse`. */
type ClientAnswer = [IncomingMessage, Buffer | undefined];

/** Options of the HTTP client underneath, by which it decodes nothing: what we sent is taken out first. */
const DECODING = {
  decoders: Object.fromEntries(
    ['application/json', 'application/x-www-form-urlencoded', 'text/html', 'text/json', 'text/plain'].map(
      (type) => [type, (bytes: Buffer) => bytes],
    ),
  ),
};

/**
 * The client has no function for logging in, nor for asking what a token may do. Underneath it is a client of any
 * HTTP API, made to be extended so.
 */
class ConsulClient extends Consul {
  declare protected _get: PapiCall;
  declare protected _post: PapiCall;

  send({ method, path, query = {}, body }: ConsulRequest, options: object): Promise<ClientAnswer> {
    const call = method === 'GET' ? this._get : this._post;
    return call.call(
      this,
      { name: path, path, query: { ...query }, ...(body !== undefined && { body }), ...options },
      answerOf,
    );
  }
}

type PapiCall = (request: object, ...steps: (typeof answerOf)[]) => Promise<ClientAnswer>;

/** The last step of a request: see the client's own lib/utils.js. */
function answerOf(
  request: { readonly err?: Error; readonly res?: { readonly body: unknown } },
  next: (stop: false, error: Error | undefined, value?: unknown) => void,
): void {
  if (!request.err) next(false, undefined, [request.res, request.res?.body]);
  else next(false, Object.assign(request.err, { response: request.res }));
}

/**
 * Has a blocking query answered by what says whether the answer is to be believed: the streaming backend, which does not,
 * keeps no order, so it is passed over (`useStreaming` in Consul's agent/rpcclient/health, since 1.10). `_agent` is whoever
 * is asked. Consul 1.9 refuses it where streaming is opted in.
 * https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service
 */
const ORDERED = { near: '_agent' };

/**
 * One address of Consul with its own connections, which are kept alive from one call and invocation to the next.
 *
 * @param limit of the answers; those of all addresses are counted together.
 * @param connections by default its own.
 */
export function consulEndpoint(
  origin: string,
  { ca, cert, key, serverName }: TlsTexts,
  limit: AnswerLimit = answerLimit(),
  connections?: http.Agent,
): ConsulEndpoint {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const own = () =>
    secure
      ? new https.Agent({
          ...{ keepAlive: true, rejectUnauthorized: true },
          ...defined({ ca, cert, key, servername: serverName }),
        })
      : new http.Agent({ keepAlive: true });
  const agent = connections ?? own();
  const stopWatching = watchAnswers(agent, limit);
  const clients = new Map<string | undefined, ConsulClient>();

  /** The client types a namespace but never sends it; Consul takes it as a header too, which belongs to a client. */
  function clientFor(namespace: string | undefined): ConsulClient {
    let client = clients.get(namespace);
    if (!client) {
      client = new ConsulClient({
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(port || (secure ? 443 : 80)),
        secure,
        agent,
        ...(namespace !== undefined && { headers: { 'x-consul-namespace': namespace } }),
        ...DECODING,
      });
      clients.set(namespace, client);
    }
    return client;
  }

  /** Makes one request, and once more if the connection was reset. */
  function exchange(...asked: Parameters<typeof exchangeOnce>): Promise<Answer> {
    return exchangeOnce(...asked).catch((error: unknown) => {
      // The server may have closed the connection while the function was frozen; a new connection shows.
      if (isReset(error)) return exchangeOnce(...asked);
      throw error;
    });
  }

  async function exchangeOnce(
    what: string,
    { token, timeout, signal, secrets = [] }: Call,
    request: (context: EventEmitter) => Promise<ClientAnswer>,
  ): Promise<Answer> {
    const sent = [...tokenSecret(token), ...secrets];
    const answerIn = ({ statusCode = 0, headers }: IncomingMessage, bytes: Buffer | undefined): Answer => ({
      status: statusCode,
      headers: redactedHeaders(headers, sent),
      body: decodedBody(bytes, sent, headers['content-type'] ?? ''),
    });
    const context = Object.assign(new EventEmitter(), { includeResponse: true });
    const cancel = () => context.emit('cancel');
    if (signal.aborted) throw new DeadlineError(`asking Consul at ${origin} for ${what}`);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return answerIn(...(await request(context)));
    } catch (error) {
      const { response } = error as ClientError;
      if (error instanceof AnswerTooLargeError)
        throw new SourceError({ reason: 'source-suspect', cause: 'too-large' }, error.message, {
          cause: error,
        });
      // A response that was cut off comes with the error too.
      if (response?.complete) return answerIn(response, response.body);
      if (signal.aborted) throw new DeadlineError(`asking Consul at ${origin} for ${what}`, { cause: error });
      throw await connectionError(error as ClientError, timeout);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Whether a blocking query may ask for an order: see `ORDERED`. */
  let mayOrder = true;

  function askHealth(
    query: ServiceQuery,
    call: Call,
    blocking: BlockingQuery | undefined,
    order: object,
  ): Promise<Answer> {
    const { service, namespace, consistency } = query;
    const options = {
      ...defined({ service, token: call.token }),
      ...queryParameters(query),
      ...(consistency === 'stale' && { stale: true }),
      ...(consistency === 'consistent' && { consistent: true }),
      ...(blocking !== undefined && { ...order, index: blocking.index, wait: `${blocking.wait}ms` }),
      // Consul adds up to a sixteenth to the wait, so that not all clients wake at once.
      timeout: call.timeout + Math.ceil((blocking?.wait ?? 0) * (1 + 1 / 16)),
    };
    return exchange(`"${service}"`, call, async (ctx) => {
      // With `includeResponse` the client answers with a pair, which its types do not know.
      const request = { ...options, ctx };
      const answer: unknown = await clientFor(namespace).health.service(request);
      return answer as ClientAnswer;
    });
  }

  return {
    origin,
    async health(query, call, blocking) {
      if (!blocking || !mayOrder) return await askHealth(query, call, blocking, {});
      const answer = await askHealth(query, call, blocking, ORDERED);
      if (answer.status !== 400) return answer;
      const unordered = await askHealth(query, call, blocking, {});
      // Otherwise it was for something else that the query has.
      if (unordered.status !== 400) mayOrder = false;
      return unordered;
    },
    send: (request, call) =>
      exchange(request.path, call, (ctx) =>
        clientFor(request.namespace).send(request, {
          ...(call.token !== undefined && { headers: { 'x-consul-token': call.token } }),
          timeout: call.timeout,
          ctx,
        }),
      ),
    close() {
      stopWatching();
      agent.destroy();
    },
  };
}

function isReset(error: unknown): boolean {
  const { code } = ((error instanceof SourceError && error.cause) || {}) as Partial<ClientError>;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

async function connectionError(error: ClientError, timeout: number): Promise<SourceError> {
  // Where no file can be opened any more, no connection can, either.
  const loaded = await import('./tls-failure.ts').catch(() => undefined);
  const failure = loaded?.tlsFailure(error);
  if (failure)
    return new SourceError({ reason: 'source-untrusted', cause: failure.cause }, failure.what, {
      cause: error,
    });
  return new SourceError({ reason: 'source-unavailable' }, describeFailure(error, timeout), { cause: error });
}

function describeFailure(error: ClientError, timeout: number): string {
  if (error.isTimeout) return `did not answer within ${timeout} ms`;
  if (error.code === 'ECONNREFUSED') return 'refused the connection';
  if (error.code === 'ECONNRESET') return 'cut the connection before its answer was complete';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `has a host name that does not resolve (${error.code})`;
  return `could not be asked (${error.code ?? error.message})`;
}
