import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './consul-faults.ts';
import { type Answer, Refusal, toCall } from './http.ts';
import { type AgentRooms, route } from './routes.ts';

/** The HTTP side of one agent: listens, lets faults strike, and writes answers. */
export class AgentListener {
  readonly node: string;
  readonly address: string;
  readonly #rooms: AgentRooms;
  readonly #wakers = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #log: (request: IncomingMessage) => void;
  #port = 0;

  constructor(
    rooms: Omit<AgentRooms, 'onWake'> & { address: string },
    log: (request: IncomingMessage) => void,
  ) {
    // Consul's own; Node's is so short that a client on a busy machine writes into connections that are just closed.
    this.#server.keepAliveTimeout = 120_000;
    this.node = rooms.agent.node;
    this.address = rooms.address;
    this.#log = log;
    const onWake = (listener: () => void) => {
      this.#wakers.add(listener);
      return () => this.#wakers.delete(listener);
    };
    this.#rooms = { ...rooms, onWake };
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Listens on a free port, and on the same one when it comes back. */
  async listen(): Promise<void> {
    if (this.#server.listening || this.#closing.signal.aborted) return;
    this.#server.listen({ host: '127.0.0.1', port: this.#port });
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async setFault(fault: Fault): Promise<void> {
    const { faults, catalog } = this.#rooms;
    faults.set(fault, catalog.index);
    if (fault.kind === 'down') await this.#stopListening();
    for (const wake of [...this.#wakers]) wake();
  }

  async clearFaults(): Promise<void> {
    this.#rooms.faults.clear();
    await this.listen();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#rooms.agent.close();
    await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#log(request);
    const gone = new AbortController();
    response.once('close', () => response.writableFinished || gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
    const answer = await this.#answer(request, signal);
    if (!answer || signal.aborted) return;
    const body = bodyOf(answer);
    response.writeHead(answer.status, {
      'Content-Type': answer.json === undefined ? 'text/plain; charset=utf-8' : 'application/json',
      'Content-Length': body.length,
      ...answer.headers,
    });
    if (request.method === 'GET' && this.#rooms.faults.get('cut')) {
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    } else {
      response.end(body);
    }
  }

  /** @returns nothing when the request is to hang. */
  async #answer(request: IncomingMessage, signal: AbortSignal): Promise<Answer | undefined> {
    try {
      const call = toCall(request, signal);
      if (request.method !== 'GET') return await route(this.#rooms, call);
      const { faults } = this.#rooms;
      // Held queries first, so that a fault set meanwhile strikes them too.
      const answer = isStruckAtOnce(faults) ? undefined : await route(this.#rooms, call);
      const slow = faults.get('slow');
      if (slow) await delay(slow.ms, undefined, { signal }).catch(() => undefined);
      if (faults.get('hang')) return undefined;
      const status = faults.get('status');
      if (status) return { status: status.status, text: status.body };
      if (faults.get('html')) return page;
      const other = faults.get('other-json');
      if (other) return { status: 200, json: other.body ?? { services: [] } };
      return answer;
    } catch (error) {
      if (error instanceof Refusal)
        return { status: error.status, text: error.message, headers: error.headers };
      return { status: 500, text: error instanceof Error ? error.message : String(error) };
    }
  }
}

const page: Answer = {
  status: 200,
  text: '<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>',
  headers: { 'Content-Type': 'text/html' },
};

function isStruckAtOnce(faults: AgentRooms['faults']): boolean {
  return (['hang', 'status', 'html', 'other-json'] as const).some((kind) => faults.get(kind) !== undefined);
}

function bodyOf(answer: Answer): Buffer {
  return Buffer.from(answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json));
}
