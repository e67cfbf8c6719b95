import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way through the network to a server: each piece of a connection takes its time, in either direction. */
export interface Relay {
  /** In place of the server's. */
  readonly url: string;
  /**
   * Holds up the next piece that says this on its way to the server, and all that follows it on its connection. It
   * arrives in the end, also when whoever sent it has given it up.
   */
  hold(saying: string): HeldPiece;
  /** How many pieces from the server have said this. */
  heard(saying: string): number;
  /** Cuts all connections. */
  close(): Promise<void>;
}

export interface HeldPiece {
  /** Since when it is held, in milliseconds of `performance.now()`; `undefined` until then. */
  readonly since: number | undefined;
  release(): void;
}

interface Hold extends HeldPiece {
  readonly saying: string;
  since: number | undefined;
  readonly released: Promise<void>;
}

/**
 * Starts a relay on the loopback interface.
 *
 * @param target the server's URL.
 * @param delay milliseconds that the next piece takes. A later piece of a connection never overtakes an earlier one.
 */
export async function startRelay(target: string, delay: () => number): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const holds: Hold[] = [];
  const fromServer: Buffer[] = [];

  function gate(piece: Buffer): Promise<void> | undefined {
    const hold = holds.find(({ since, saying }) => since === undefined && piece.includes(saying));
    if (hold) hold.since = performance.now();
    return hold?.released;
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    carry(client, upstream, delay, gate);
    carry(upstream, client, delay);
    upstream.on('data', (piece: Buffer) => fromServer.push(piece));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(saying) {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const hold: Hold = { saying, since: undefined, released, release };
      holds.push(hold);
      return hold;
    },
    heard: (saying) => fromServer.filter((piece) => piece.includes(saying)).length,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Carries what one socket receives, and its end, over to another. */
function carry(
  from: Socket,
  to: Socket,
  delay: () => number,
  gate: (piece: Buffer) => Promise<void> | undefined = () => undefined,
): void {
  let way = Promise.resolve();
  const send = (arrive: () => void, held?: Promise<void>) => {
    const due = performance.now() + delay();
    way = way.then(async () => {
      await held;
      const left = due - performance.now();
      if (left > 0) await sleep(left);
      if (to.writable) arrive();
    });
  };
  from.on('data', (piece: Buffer) => send(() => to.write(piece), gate(piece)));
  let isOver = false;
  const end = () => {
    if (!isOver) send(() => to.end());
    isOver = true;
  };
  from.on('end', end);
  from.on('close', end);
  // Somebody has gone; what is on its way still arrives, and then the end.
  from.on('error', end);
}
