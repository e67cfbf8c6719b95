import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { countingProxy } from '../../bench/parts/counting-proxy.ts';
import { until } from '../../emulators/until.ts';

it('hands on both ways, and counts bytes and open connections', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.end('answer')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const proxy = await countingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => proxy.close());

  const { hostname, port } = new URL(proxy.url);
  const client = connect(Number(port), hostname);
  await once(client, 'connect');
  await until(() => proxy.connections() === 1);
  client.write('ask');
  const [answer] = await once(client, 'data');
  expect(String(answer)).toBe('answer');
  expect(proxy.bytes()).toBe('ask'.length + 'answer'.length);
  await until(() => proxy.connections() === 0);
});
