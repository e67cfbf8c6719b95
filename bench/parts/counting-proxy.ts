import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that counts what goes through it. */
export interface CountingProxy {
  readonly url: string;
  /** Bytes so far, both ways together. */
  bytes(): number;
  /** Connections that are open. */
  connections(): number;
  close(): Promise<void>;
}

/** @param target `http://host:port`. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    open.add(client);
    const end = () => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.setNoDelay().on('data', (part) => {
        bytes += part.length;
        to.write(part);
      });
      from.on('close', end).on('error', end);
    }
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 2_000 });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    connections: () => open.size,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
