import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { seeded } from '../simulation/random.ts';
import { type Relay, startRelay } from './relay.ts';
import { until } from './until.ts';

/** A server that notes what it hears, and answers each piece by the same in capitals. */
async function startEcho() {
  const heard = { text: '', ends: 0 };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setEncoding('utf8').on('data', (piece: string) => {
      heard.text += piece;
      socket.write(piece.toUpperCase());
    });
    socket.on('end', () => {
      heard.ends++;
      socket.end();
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function through(delay: () => number) {
  const { heard, url } = await startEcho();
  const relay = await startRelay(url, delay);
  onTestFinished(() => relay.close());
  return { heard, relay, ...dial(relay) };
}

function dial({ url }: Relay) {
  const client: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  const answer = { text: '' };
  client.setEncoding('utf8').on('data', (piece: string) => {
    answer.text += piece;
  });
  client.on('error', () => undefined);
  return { client, answer };
}

const pieces = Array.from({ length: 40 }, (_, index) => `piece ${index};`);

it('keeps the order of what it carries, however long each piece takes', async () => {
  const { between } = seeded(7);
  const { heard, client, answer } = await through(() => between(0, 8));
  for (const piece of pieces) {
    client.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => answer.text.length === pieces.join('').length);
  expect(heard.text).toBe(pieces.join(''));
  expect(answer.text).toBe(pieces.join('').toUpperCase());
});

it('lets every piece take its time', async () => {
  const { client, answer } = await through(() => 40);
  const before = performance.now();
  client.write('hello');
  await until(() => answer.text === 'HELLO');
  // There and back; a timer may be a millisecond early.
  expect(performance.now() - before).toBeGreaterThan(78);
});

it('carries the end of a connection after all that was said before it', async () => {
  const { heard, client } = await through(() => 5);
  client.end('bye');
  await once(client, 'close');
  expect(heard).toEqual({ text: 'bye', ends: 1 });
});

it('holds up what says a certain thing, once, and delivers it also for one who has gone', async () => {
  const { heard, relay, client } = await through(() => 1);
  const held = relay.hold('slow');
  client.write('slow one;');
  await until(() => held.since !== undefined);
  client.destroy();
  const other = dial(relay);
  other.client.write('slow two;');
  await until(() => other.answer.text === 'SLOW TWO;');
  expect(heard.text).toBe('slow two;');
  expect(relay.heard('SLOW')).toBe(1);
  held.release();
  await until(() => heard.text === 'slow two;slow one;');
});
