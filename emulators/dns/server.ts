import { once } from 'node:events';
import type { Socket } from 'node:net';
import { bindBoth } from '../bind.ts';
import { decideAnswer } from './answer.ts';
import { type DnsLookup, plainName } from './lookup.ts';
import { type Query, type Rcode, readQuery, udpLimit, writeResponse } from './message.ts';

/** A running DNS server. */
export interface DnsServer {
  readonly address: string;
  /** The same for UDP and TCP. */
  readonly port: number;
  /** Closes both listeners and every connection at once; safe to call twice. */
  close(): Promise<void>;
}

const MAX_TCP_MESSAGE = 65_535;
const IDLE_TCP = 30_000;

/**
 * Starts an authoritative DNS server over UDP and TCP that answers as Route 53 does for a private hosted zone.
 *
 * @param options `lookup`: where the records are; `zones`: the hosted zones to serve (default: all that the lookup
 *   knows), as a private zone answers only where it is associated; `address` and `port`: by default a free port of
 *   127.0.0.1; `random`: 0 to 1, for the choice and order of records.
 * @throws Error when the port given is taken, for UDP or for TCP.
 */
export async function startDns(options: {
  lookup: DnsLookup;
  zones?: readonly string[];
  address?: string;
  port?: number;
  random?: () => number;
}): Promise<DnsServer> {
  const { address = '127.0.0.1', port = 0, random = Math.random } = options;
  const respond = responder(limitedTo(options.zones, options.lookup), random);
  const { udp, tcp } = await bindBoth(address, port);

  udp.on('message', (octets, from) => {
    const response = respond(octets, udpLimit);
    // A client that is gone already is no error.
    if (response) udp.send(response, from.port, from.address, () => undefined);
  });
  const connections = new Set<Socket>();
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serveTcp(socket, respond);
  });

  let closed: Promise<unknown> | undefined;
  return {
    address,
    port: udp.address().port,
    async close() {
      closed ??= Promise.all([once(udp, 'close'), once(tcp, 'close'), udp.close(), tcp.close()]);
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

type Respond = (octets: Buffer, limit: (query: Query) => number) => Buffer | undefined;

function responder(lookup: DnsLookup, random: () => number): Respond {
  return (octets, limit) => {
    const query = readQuery(octets);
    if (!query) return undefined;
    try {
      return writeResponse(query, decide(query, lookup, random), limit(query));
    } catch {
      // A record that cannot be written, or a lookup that fails.
      return writeResponse(query, { rcode: 'SERVFAIL' }, limit(query));
    }
  };
}

function decide({ question, error }: Query, lookup: DnsLookup, random: () => number): { rcode: Rcode } {
  if (error !== undefined || !question) return { rcode: error ?? 'FORMERR' };
  if (question.class !== 'IN') return { rcode: 'REFUSED' };
  return decideAnswer(lookup, { name: question.name, type: question.type }, random);
}

function limitedTo(zones: readonly string[] | undefined, lookup: DnsLookup): DnsLookup {
  if (!zones) return lookup;
  const served = new Set(zones.map(plainName));
  return (question) => {
    const found = lookup(question);
    const within = found.zone !== undefined && served.has(plainName(found.zone));
    return within ? found : { zone: undefined, exists: false, sets: [] };
  };
}

/** Queries come with their length before them, in parts or several at once (RFC 7766, section 8). */
function serveTcp(socket: Socket, respond: Respond): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setTimeout(IDLE_TCP, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (part) => {
    pending = Buffer.concat([pending, part]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const response = respond(pending.subarray(2, end), () => MAX_TCP_MESSAGE);
      pending = pending.subarray(end);
      if (!response) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.write(Buffer.concat([length, response]));
    }
  });
}
