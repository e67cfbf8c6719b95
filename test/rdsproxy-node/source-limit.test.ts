import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loopbackAddresses } from '../../emulators/real-consul/loopback.ts';
import { realParts } from '../end-to-end/parts.ts';
import { until } from '../support/until.ts';

const shipped = new URL('../../rdsproxy-node/haproxy.cfg', import.meta.url);

/** The shipped configuration at an address of its own, with databases that need no health check to be up. */
async function configFor(address: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'source-limit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const text = (await readFile(shipped, 'utf8'))
    .replace('bind ":', `bind "${address}:`)
    .replace('bind 127.0.0.1:', `bind ${address}:`)
    .replaceAll(/ check (on-marked-up \S+|backup)$/gm, '');
  const path = join(folder, 'haproxy.cfg');
  await writeFile(path, text);
  return path;
}

it('one source gets so many connections and no more, and takes nothing from another one', async (context) => {
  const parts = await realParts();
  if ('unavailable' in parts) return context.skip(parts.unavailable);
  const [proxy = '', database = '', greedy = '', modest = ''] = loopbackAddresses(4);

  /** Says a word to each connection, and keeps it. */
  const server = createServer((socket) => void socket.on('error', () => undefined).write('hello'));
  server.listen(3306, database);
  await once(server, 'listening');
  const opened: Socket[] = [];
  const haproxy = spawn(parts.bin.haproxy, ['-db', '-f', await configFor(proxy)], {
    env: {
      ...parts.env,
      RDSPROXY_REPLICA_1: database,
      RDSPROXY_REPLICA_2: database,
      RDSPROXY_MASTER: database,
      RDSPROXY_SOURCE_MAXCONN: '3',
    },
  });
  onTestFinished(async () => {
    haproxy.kill('SIGKILL');
    await once(haproxy, 'exit');
    for (const socket of opened) socket.destroy();
    server.close();
  });

  /** Whether a new connection from that address was let through: the database's word is heard. */
  function isLetThrough(localAddress: string): Promise<boolean> {
    const socket = connect({ host: proxy, port: 3306, localAddress });
    opened.push(socket);
    socket.on('error', () => undefined);
    return new Promise((resolve) =>
      socket.once('data', () => resolve(true)).once('close', () => resolve(false)),
    );
  }

  await until(() => isLetThrough(modest), { what: 'HAProxy lets a connection through' });
  const tries = [];
  for (let count = 0; count < 6; count++) tries.push(await isLetThrough(greedy));
  expect(tries).toEqual([true, true, true, false, false, false]);
  expect(await isLetThrough(modest)).toBe(true);
  // A place that becomes free is there for the next one.
  opened[opened.length - 7]?.destroy();
  await until(() => isLetThrough(greedy), { what: 'a place that was given back' });
}, 400_000);
