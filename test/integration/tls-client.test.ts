import tls from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { openAccess } from '../support/access.ts';
import type { Certificate } from '../support/certificates.ts';
import { openWindow } from '../support/open-window.ts';
import { startSecrets } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { type Distrust, type Made, SERVER_NAME, useTlsWorld } from './tls-support.ts';

// Consul that verifies its clients. Which alert it refuses them with, and what Node makes of it, depends on both
// versions and on that of TLS.
const { world, made, url, sound, place, follows, holds, causes, nothingToldOf } = useTlsWorld({
  verifyIncoming: true,
});
const inline = (pem: string) => pem.replaceAll('\n', '\\n');
const pair = ({ certFile, keyFile }: Certificate) => ({
  ...{ CONSUL_CLIENT_CERT: certFile, CONSUL_CLIENT_KEY: keyFile },
});
const REMEDY = /^Set CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY/;
const NONE = { CONSUL_CLIENT_CERT: undefined, CONSUL_CLIENT_KEY: undefined };

/** Certificate, key and CA by reference, and what is kept there. */
const BY_REFERENCE = {
  ...{ ...NONE, CONSUL_CACERT: undefined, CONSUL_CACERT_SSM: '/consul/ca' },
  ...{ CONSUL_CLIENT_CERT_SECRET: 'consul/tls#cert', CONSUL_CLIENT_KEY_SECRET: 'consul/tls#key' },
};
const keeping = (client: Certificate) =>
  new Map([
    ['/consul/ca', made().ca.cert],
    ['consul/tls', JSON.stringify({ cert: client.cert, key: client.key })],
  ]);

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
  beforeEach(() => {
    const highest = tls.DEFAULT_MAX_VERSION;
    tls.DEFAULT_MAX_VERSION = version;
    onTestFinished(() => {
      tls.DEFAULT_MAX_VERSION = highest;
    });
  });

  it('the record follows with certificate and key as files', () => follows(sound()));

  const CLIENTS: readonly [string, (made: Made) => Promise<Record<string, string | undefined>>, RegExp][] = [
    ['no certificate', async () => NONE, /wants a client certificate,? and was given none/],
    [
      'a certificate of another CA',
      async ({ stranger }) => pair(await stranger.issue('client')),
      /does not know the CA of our client certificate|one that it does not accept/,
    ],
    [
      'a self-signed certificate',
      async ({ office }) => pair(await office.selfSigned('client')),
      /does not know the CA of our client certificate|one that it does not accept/,
    ],
    [
      'an expired certificate',
      async ({ ca }) => pair(await ca.issue('client', { from: -30, to: -1 })),
      /our client certificate has expired|one that it does not accept/,
    ],
    [
      'a certificate that is not valid yet',
      async ({ ca }) => pair(await ca.issue('client', { from: 1, to: 30 })),
      /not valid yet|one that it does not accept/,
    ],
  ];
  it.each(CLIENTS)('the record stays with %s', async (_, client, says) => {
    const env = await client(made());
    const expected: Distrust = { cause: 'client-certificate', says, remedy: REMEDY };
    // TLS 1.2 has no alert for this alone: newer versions of Consul take one that may mean other things, too.
    const ambiguous: Distrust = {
      ...{ cause: ['client-certificate', 'tls-failed'], says },
      remedy: /CONSUL_CLIENT_CERT|Consul's TLS settings/,
    };
    await holds({ ...sound(), ...env }, env === NONE && version === 'TLSv1.2' ? ambiguous : expected);
  });
});

describe('the record follows', () => {
  it('with certificate and key inline, one of them in one line', async () => {
    const { cert, key } = made().client;
    await follows({ ...sound(), CONSUL_CLIENT_CERT: cert, CONSUL_CLIENT_KEY: inline(key) });
  });

  it('with all by reference', async () => {
    const aws = await startSecrets(keeping(made().client));
    await follows({ ...sound(), ...BY_REFERENCE }, { aws });
  });
});

describe('the record stays', () => {
  it('with the key of another certificate', async () => {
    const other = await made().ca.issue('client');
    await holds(
      { ...sound(), CONSUL_CLIENT_KEY: other.keyFile },
      {
        ...{
          cause: 'client-certificate',
          says: /was not asked: our client certificate and key do not belong/,
        },
        remedy: REMEDY,
      },
    );
  });

  it('with a key that is none', async () => {
    const CONSUL_CLIENT_KEY = '-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n';
    await holds(
      { ...sound(), CONSUL_CLIENT_KEY },
      {
        ...{ cause: 'client-certificate', says: /our client certificate or key cannot be read/ },
        remedy: REMEDY,
      },
    );
    expect(JSON.stringify(world.side.log)).not.toContain('planted');
  });
});

describe('certificate and key that are changed where they are kept', () => {
  it('are fetched anew while the function is warm', async () => {
    const kept = new Map<string, string>();
    const keep = ({ cert, key }: Certificate) => kept.set('cert', cert).set('key', key);
    keep(await made().ca.issue('client', { from: -30, to: -1 }));
    let now = 1_000_000;
    const reference = (name: string) => ({ reference: { store: 'ssm', name, variable: name } as const });
    const access = openAccess(
      {
        addresses: [url()],
        tls: {
          ...{ ca: { text: made().ca.cert }, serverName: SERVER_NAME },
          ...{ cert: reference('cert'), key: reference('key') },
        },
      },
      { now: () => now, secrets: { read: async ({ name }) => kept.get(name) ?? '' } },
    );
    const source = consulHealthSource(access);
    const read = () => source.read({ service: 'rdsproxy' }, new AbortController().signal);
    await expect(read()).rejects.toMatchObject({ hold: { cause: 'client-certificate' } });
    keep(made().client);
    await expect(read()).rejects.toMatchObject({ hold: { cause: 'client-certificate' } });
    now += 10_000;
    expect((await read()).instances).toHaveLength(2);
  });

  it('are fetched anew in a running window, when Consul comes back with a certificate of a new CA', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const kept = keeping(made().client);
    const aws = await startSecrets(kept);
    const env = { ...sound(), ...BY_REFERENCE, WATCH_SECONDS: '600' };
    const window = await openWindow(world.side, { handler: world.side.function(env, { aws }) });
    const states: (readonly string[])[] = [];
    world.side.route53.onChange(() => states.push(world.side.published()));

    const { stranger } = made();
    await world.agent(0).kill();
    await place(await stranger.issue(SERVER_NAME, { names: [`DNS:${SERVER_NAME}`] }));
    await world.agent(0).start();
    await world.shows(0, 'check-10.0.1.1', 'passing');
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    await until(() => causes().includes('unknown-ca'), { what: 'the hold', within: 30_000 });
    expect(states).toEqual([]);

    kept.set('/consul/ca', stranger.cert);
    vi.setSystemTime(Date.now() + 10_000);
    await until(() => states.length > 0, { what: 'the removal', within: 30_000 });
    await window.end();
    expect(states).toEqual([['10.0.1.2']]);
    nothingToldOf([await window.run, world.side.log]);
  });
});
