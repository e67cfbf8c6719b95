import { describe, expect, it } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { openAccess } from '../support/access.ts';
import { startHttpServer, type WireAnswer } from '../support/http-server.ts';

const TOKEN = 'c0ffee11-5eed-4bad-8ace-f00dfacade55';
const HEADERS = { 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };
const entry = (node = 'node-1', output = '') => ({
  Node: { Node: node, Address: '10.0.0.1' },
  Service: { ID: 'rdsproxy', Service: 'rdsproxy', Address: '10.0.1.1' },
  Checks: [{ CheckID: 'a', Status: 'passing', Output: output }],
});

/** What reading the service comes to, at a Consul that answers so; `again` reads once more. */
async function readFrom(answer: () => WireAnswer) {
  const { url } = await startHttpServer(({ path }) => (path.startsWith('/v1/health') ? answer() : {}));
  const source = consulHealthSource(
    openAccess({ addresses: [url], identity: { by: 'token', token: { text: TOKEN } } }),
    // Megabytes take a busy machine a while.
    { timeout: 30_000 },
  );
  const read = () =>
    source
      .read({ service: 'rdsproxy' }, new AbortController().signal)
      .catch((error: Error) => error as Error);
  return { seen: await read(), again: read };
}

describe('an answer that is too large', () => {
  function* endless(piece: string) {
    for (;;) yield piece;
  }

  it.each<[string, () => WireAnswer]>([
    ['one that never ends', () => ({ pieces: endless('x'.repeat(65_536)), headers: HEADERS })],
    ['an error that never ends', () => ({ status: 500, pieces: endless('x'.repeat(65_536)) })],
    ['values without end', () => ({ pieces: endless('[{},'.repeat(10_000)), headers: HEADERS })],
    ['a name of 20 MB', () => ({ body: [entry('x'.repeat(20_000_000))], headers: HEADERS })],
  ])('%s is cut off, and the next one is read', async (_, large) => {
    let answer = large;
    const { seen, again } = await readFrom(() => answer());
    expect(seen).toMatchObject({
      hold: { reason: 'source-suspect', cause: 'too-large' },
      message: expect.stringMatching(/^Consul at \S+ sent an answer that was cut off, as it has more than /),
    });
    answer = () => ({ body: [entry()], headers: HEADERS });
    expect(await again()).toMatchObject({ instances: [{ node: 'node-1' }] });
  });

  it('is not one of 7 MB', async () => {
    const { seen } = await readFrom(() => ({
      body: [entry('node-1', 'x'.repeat(7_000_000))],
      headers: HEADERS,
    }));
    expect(seen).toMatchObject({ instances: [{ node: 'node-1' }] });
  });
});

describe('a token that was sent does not come back', () => {
  /** Each character by its number, as JSON allows. */
  const numbered = [...TOKEN].map((each) => `\\u00${each.charCodeAt(0).toString(16)}`).join('');
  const escapedEntry = JSON.stringify([entry('NODE')]).replace('NODE', numbered);

  it.each<[string, (padding: string) => WireAnswer]>([
    ['as a content type', (padding) => ({ body: 'x', headers: { 'content-type': `${padding}${TOKEN}` } })],
    ['as the name of a node', (padding) => ({ body: [entry(`${padding}${TOKEN}`)], headers: HEADERS })],
    [
      'as a name in escapes',
      () => ({ body: escapedEntry, headers: { ...HEADERS, 'content-type': 'application/json' } }),
    ],
    ['as an error', (padding) => ({ status: 500, body: `${padding}${TOKEN}` })],
    [
      'as another service',
      (padding) => ({
        body: [{ ...entry(), Service: { ID: '', Service: `${padding}${TOKEN}` } }],
        headers: HEADERS,
      }),
    ],
    [
      'as a number',
      (padding) => ({
        body: [entry()],
        headers: { ...HEADERS, 'x-consul-lastcontact': `${padding}${TOKEN}` },
      }),
    ],
  ])('%s, whole or in part', async (_, answer) => {
    // So that what is kept of the text ends within the token.
    for (const length of [0, 170, 190, 225, 245]) {
      const { seen } = await readFrom(() => answer('x'.repeat(length)));
      const said = JSON.stringify(seen, Object.getOwnPropertyNames(seen)) + JSON.stringify(seen);
      for (let start = 0; start + 8 <= TOKEN.length; start++)
        expect(said).not.toContain(TOKEN.slice(start, start + 8));
    }
  });
});

it.each(['soon', '', '-1', 'NaN', '1e3', '0, 9000'])(
  'an answer that says %j of its last contact is not fresh',
  async (contact) => {
    const { seen } = await readFrom(() => ({
      body: [entry()],
      headers: { ...HEADERS, 'x-consul-lastcontact': contact },
    }));
    expect(seen).toMatchObject({ hold: { reason: 'source-suspect', cause: 'stale' } });
  },
);
