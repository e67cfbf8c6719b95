import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Binds UDP and TCP to one port. A free one is first found for UDP, and given back when TCP cannot have it.
 *
 * @param port 0 for a free one.
 * @throws Error when the port given is taken, for UDP or for TCP.
 */
export async function bindBoth(address: string, port: number): Promise<{ udp: Socket; tcp: Server }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const tcp = createServer();
    try {
      udp.bind(port, address);
      await once(udp, 'listening');
      tcp.listen(udp.address().port, address);
      await once(tcp, 'listening');
      return { udp, tcp };
    } catch (error) {
      udp.close();
      if (port !== 0 || attempt === 20) throw error;
    }
  }
}
