import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { bindBoth } from '../bind.ts';

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
  const held: Awaited<ReturnType<typeof bindBoth>>[] = [];
  try {
    // All are held until the last is found, so that none comes twice.
    while (held.length < count) held.push(await bindBoth(address, 0));
    return held.map(({ udp }) => udp.address().port);
  } finally {
    await Promise.all(
      held.flatMap(({ udp, tcp }) => [once(udp, 'close'), once(tcp, 'close'), udp.close(), tcp.close()]),
    );
  }
}
