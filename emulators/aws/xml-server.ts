import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SignedRequest } from './signature.ts';

/** A server on the loopback interface. */
export interface XmlServer {
  /** For example `http://127.0.0.1:40123`; with `https` where it was given a certificate. */
  readonly url: string;
  /** Stops the server and destroys all connections at once, hanging requests too. */
  close(): Promise<void>;
}

export interface XmlServerOptions {
  readonly port?: number;
  readonly idleMs?: number;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/**
 * Listens for requests of an AWS API, each given with its whole body.
 *
 * @param options `port`: 0, the default, takes a free one; `idleMs`: after how long an idle connection is closed. By
 *   default it stays open, since closing it just as the caller uses it again would be a fault that no test asked for;
 *   `tls`: its certificate and key, as PEM texts, if it is to speak TLS.
 * @returns once it listens. Throws where the port is taken.
 */
export async function startXmlServer(
  serve: (request: SignedRequest, response: ServerResponse) => Promise<void>,
  { port = 0, idleMs = 0, tls }: XmlServerOptions = {},
): Promise<XmlServer> {
  const answer: RequestListener = async (message, response) => {
    const { method = '', url: target = '', headers } = message;
    try {
      const body = (await buffer(message)).toString('utf8');
      await serve({ method, target, headers, body }, response);
    } catch (error) {
      // A caller may go away in the middle of its request.
      response.destroy(error instanceof Error ? error : undefined);
    }
  };
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  server.keepAliveTimeout = idleMs;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Writes an answer. */
export function writeXml(
  response: ServerResponse,
  status: number,
  body: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...headers });
  response.end(body);
}
