import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SignedRequest } from './signature.ts';

/** A server on the loopback interface. */
export interface XmlServer {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Stops the server and destroys all connections at once, hanging requests too. */
  close(): Promise<void>;
}

/**
 * Listens for requests of an AWS API, each given with its whole body.
 *
 * @param options `port`: 0, the default, takes a free one; `idleMs`: after how long an idle connection is closed. By
 *   default it stays open, since closing it just as the caller uses it again would be a fault that no test asked for.
 * @returns once it listens. Throws where the port is taken.
 */
export async function startXmlServer(
  serve: (request: SignedRequest, response: ServerResponse) => Promise<void>,
  { port = 0, idleMs = 0 }: { readonly port?: number; readonly idleMs?: number } = {},
): Promise<XmlServer> {
  const server = createServer(async (message, response) => {
    const { method = '', url: target = '', headers } = message;
    try {
      const body = (await buffer(message)).toString('utf8');
      await serve({ method, target, headers, body }, response);
    } catch (error) {
      // A caller may go away in the middle of its request.
      response.destroy(error instanceof Error ? error : undefined);
    }
  });
  server.keepAliveTimeout = idleMs;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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
