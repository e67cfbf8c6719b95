import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An answer before it is written: JSON or plain text. */
export interface Answer {
  status: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
}

/** An error answer in Consul's manner: a status and one line of plain text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, text: string, headers: Record<string, string> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}

/** A request as the handlers see it. */
export interface Call {
  method: string;
  /** Decoded path without the query. */
  path: string;
  query: URLSearchParams;
  /** From X-Consul-Token, `Authorization: Bearer` or `?token`; undefined when anonymous. */
  token: string | undefined;
  /** Reads the whole body as JSON. Throws Refusal 400 when it is none. */
  body(): Promise<unknown>;
  /** Fires when the client has gone or the stand-in closes. */
  signal: AbortSignal;
}

/** @param signal see Call. */
export function toCall(request: IncomingMessage, signal: AbortSignal): Call {
  const url = urlOf(request);
  const header = request.headers['x-consul-token'];
  const bearer = /^Bearer\s+(\S+)/.exec(request.headers.authorization ?? '')?.[1];
  const token =
    url.searchParams.get('token') || (typeof header === 'string' && header) || bearer || undefined;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    token,
    signal,
    async body() {
      const sent = await buffer(request);
      try {
        return JSON.parse(sent.toString('utf8')) as unknown;
      } catch (error) {
        throw new Refusal(
          400,
          `Request decode failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
  };
}

/** The request's path and query; a target that is no path reads as `/`. */
export function urlOf(request: IncomingMessage): URL {
  const target = `http://agent${request.url ?? '/'}`;
  return URL.canParse(target) ? new URL(target) : new URL('http://agent/');
}
