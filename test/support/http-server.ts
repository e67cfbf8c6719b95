import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to answer: a status, a body that becomes JSON unless it is a text or comes piece by piece, and headers. */
export interface WireAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent as it is asked for, in place of a body; it may never end. */
  readonly pieces?: Iterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server on a free port of loopback until the test is over, which keeps what it was asked. */
export async function startHttpServer(
  answer: (request: WireRequest) => WireAnswer | Promise<WireAnswer>,
): Promise<{ readonly url: string; readonly requests: WireRequest[] }> {
  const requests: WireRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    const request = {
      method: incoming.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: incoming.headers,
      body: await text(incoming),
    };
    requests.push(request);
    send(response, await answer(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function send(response: ServerResponse, { status = 200, body = '', pieces, headers = {} }: WireAnswer): void {
  if (pieces) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    pipeline(Readable.from(pieces), response, () => undefined);
    return;
  }
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
