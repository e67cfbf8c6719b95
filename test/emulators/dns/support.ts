import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, type RecordType } from 'dns-packet';
import type { DnsRecordSet, DnsZone } from '../../../emulators/dns/lookup.ts';

/** dns-packet decodes these too, but its types do not say so. */
export type Response = DecodedPacket & { rcode: string; opcode: string };

/** A record set for a test's zone; simple unless told otherwise. */
export function set(name: string, type: string, values: string[], rest: Partial<DnsRecordSet> = {}) {
  return { name, type, ttl: 5, multivalue: false, ...rest, values };
}

/** One multivalue set for each address, as the updater writes them. */
export function multivalue(name: string, addresses: string[]) {
  return addresses.map((address) => set(name, 'A', [address], { multivalue: true }));
}

export function zone(...sets: ReturnType<typeof set>[]): DnsZone {
  return { name: 'corp.internal.', sets };
}

/** A query for one name, as octets; `edns` is the payload size to advertise. */
export function query(name: string, type: string, edns?: number, rest: Packet = {}): Buffer {
  const option = {
    ...{ name: '.', type: 'OPT' as const, udpPayloadSize: edns ?? 0, extendedRcode: 0 },
    ...{ ednsVersion: 0, flags: 0, flag_do: false, options: [] },
  };
  return encode({
    type: 'query',
    id: 4_711,
    questions: [{ name, type: type as RecordType }],
    additionals: edns === undefined ? [] : [option],
    ...rest,
  });
}

/** Sends octets over UDP and waits for one response. */
export async function askUdp(port: number, octets: Buffer): Promise<Response & { size: number }> {
  const socket = createSocket('udp4');
  try {
    socket.send(octets, port, '127.0.0.1');
    const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(30_000) })) as [Buffer];
    return { ...(decode(message) as Response), size: message.length };
  } finally {
    socket.close();
  }
}

/** Writes these parts to one TCP connection, one by one, and waits for so many responses. */
export async function askTcp(port: number, parts: Buffer[], responses: number): Promise<Response[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let pending: Buffer = Buffer.alloc(0);
  const found: Response[] = [];
  try {
    await once(socket, 'connect');
    for (const part of parts) {
      // The next part only when this one is out, so that the server sees them apart.
      await new Promise<void>((resolve) => socket.write(part, () => setImmediate(resolve)));
    }
    for await (const chunk of socket) {
      pending = Buffer.concat([pending, chunk as Buffer]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        found.push(decode(pending.subarray(2, end)) as Response);
        pending = pending.subarray(end);
      }
      if (found.length >= responses) break;
    }
    return found;
  } finally {
    socket.destroy();
  }
}

/** A message with its length before it. */
export function framed(octets: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}
