import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Loopback addresses for one cluster, so that its nodes differ by address as on a real network and several
 * clusters run side by side.
 *
 * @param count how many.
 * @returns addresses of one random /24 inside 127.0.0.0/8, never of 127.0.0.0/16, where other programs listen.
 */
export function loopbackAddresses(count: number): string[] {
  const net = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  return Array.from({ length: count }, (_, index) => `${net}.${index + 1}`);
}

/**
 * Finds ports that are free for both TCP and UDP.
 *
 * @param address the address they are to be free on.
 * @param count how many, all different.
 */
export async function freePorts(address: string, count: number): Promise<number[]> {
  const held: { port: number; release: () => Promise<void> }[] = [];
  try {
    // All are held until the last is found, so that none comes twice.
    while (held.length < count) held.push(await holdPort(address));
    return held.map(({ port }) => port);
  } finally {
    await Promise.all(held.map(({ release }) => release()));
  }
}

async function holdPort(address: string): Promise<{ port: number; release: () => Promise<void> }> {
  for (let attempt = 1; ; attempt++) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port: 0 }, resolve);
    });
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    const closeTcp = () => new Promise<void>((resolve) => server.close(() => resolve()));
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(port, address, resolve);
      });
      const closeUdp = () => new Promise<void>((resolve) => socket.close(resolve));
      return { port, release: async () => void (await Promise.all([closeTcp(), closeUdp()])) };
    } catch (error) {
      socket.close();
      await closeTcp();
      if (attempt === 10) throw error;
    }
  }
}
