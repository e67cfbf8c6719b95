import { describe, expect, it } from 'vitest';
import { openWindow } from '../support/open-window.ts';
import { startSecrets } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { ADDRESSES, type Distrust, type Made, SERVER_NAME, useTlsWorld } from './tls-support.ts';

// Consul with TLS that asks for no client certificate, and whatever may be wrong with its certificate or our settings.
const { world, made, url, sound, place, show, follows, holds, causes, nothingToldOf } = useTlsWorld({
  verifyIncoming: false,
});
const names = [`DNS:${SERVER_NAME}`];
const inline = (pem: string) => pem.replaceAll('\n', '\\n');

describe('the record follows', () => {
  it('with the CA as a file, and the name that is in the certificate', () => follows(sound()));

  it('with an address that is in the certificate, and no name', async () => {
    const names = [`IP:${world.agent(0).address}`];
    await show(await made().ca.issue('consul', { names }));
    await follows({ ...sound(), CONSUL_TLS_SERVER_NAME: undefined });
  });

  it('with the CA inline', () => follows({ ...sound(), CONSUL_CACERT: made().ca.cert }));

  it('with the CA in one line', () => follows({ ...sound(), CONSUL_CACERT: inline(made().ca.cert) }));

  it('with several CAs, of which one is right', () =>
    follows({ ...sound(), CONSUL_CACERT: made().stranger.cert + made().ca.cert }));

  it('with the CA in SSM Parameter Store', async () => {
    const aws = await startSecrets(new Map([['/consul/ca', made().ca.cert]]));
    await follows({ ...sound(), CONSUL_CACERT: undefined, CONSUL_CACERT_SSM: '/consul/ca' }, { aws });
  });

  it('with the CA in Secrets Manager', async () => {
    const aws = await startSecrets(new Map([['consul/tls', JSON.stringify({ ca: made().ca.cert })]]));
    await follows({ ...sound(), CONSUL_CACERT: undefined, CONSUL_CACERT_SECRET: 'consul/tls#ca' }, { aws });
  });

  it('with a self-signed certificate that is trusted itself', async () => {
    const certificate = await made().office.selfSigned(SERVER_NAME, { names });
    await show(certificate);
    await follows({ ...sound(), CONSUL_CACERT: certificate.cert });
  });
});

describe('the record stays, and why is told by the function and the doctor alike', () => {
  const CERTIFICATES: readonly [string, (made: Made) => ReturnType<Made['ca']['issue']>, Distrust][] = [
    [
      'self-signed',
      ({ office }) => office.selfSigned(SERVER_NAME, { names }),
      {
        ...{ cause: 'self-signed', says: /has a self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)/ },
        remedy: /CONSUL_CACERT/,
      },
    ],
    [
      'of another CA',
      ({ stranger }) => stranger.issue(SERVER_NAME, { names }),
      {
        ...{ cause: 'unknown-ca', says: /has a certificate from a CA that is not trusted here/ },
        remedy: /Set CONSUL_CACERT/,
      },
    ],
    [
      'of another CA with the same name',
      async ({ office }) => (await office.authority('Test CA')).issue(SERVER_NAME, { names }),
      {
        ...{ cause: 'unknown-ca', says: /has a certificate from a CA that is not trusted here/ },
        remedy: /Set CONSUL_CACERT/,
      },
    ],
    [
      'expired',
      ({ ca }) => ca.issue(SERVER_NAME, { names, from: -30, to: -1 }),
      {
        ...{ cause: 'certificate-expired', says: /has a certificate that has expired \(CERT_HAS_EXPIRED\)/ },
        remedy: /Renew Consul's certificate/,
      },
    ],
    [
      'not yet valid',
      ({ ca }) => ca.issue(SERVER_NAME, { names, from: 1, to: 30 }),
      {
        ...{ cause: 'certificate-not-yet-valid', says: /has a certificate that is not valid yet/ },
        remedy: /clock/,
      },
    ],
    [
      'for another name',
      ({ ca }) => ca.issue('server.dc2.consul', { names: ['DNS:server.dc2.consul'] }),
      {
        ...{ cause: 'wrong-name', says: /for another name .*server\.dc1\.consul.*server\.dc2\.consul/ },
        remedy: /CONSUL_TLS_SERVER_NAME/,
      },
    ],
    [
      'for clients',
      ({ ca }) => ca.issue(SERVER_NAME, { names, usage: 'clientAuth' }),
      {
        ...{ cause: 'tls-failed', says: /has a certificate that is not meant for a server/ },
        remedy: /Consul's TLS settings/,
      },
    ],
  ];
  it.each(CERTIFICATES)('with a certificate %s', async (_, make, expected) => {
    await show(await make(made()));
    await holds(sound(), expected);
  });

  const SETTINGS: readonly [string, () => Record<string, string | undefined>, Distrust][] = [
    [
      'with another CA in the settings',
      () => ({ CONSUL_CACERT: made().stranger.certFile }),
      { cause: 'unknown-ca', says: /from a CA that is not trusted here/, remedy: /Set CONSUL_CACERT/ },
    ],
    [
      'with no CA in the settings',
      () => ({ CONSUL_CACERT: undefined }),
      { cause: 'unknown-ca', says: /from a CA that is not trusted here/, remedy: /Set CONSUL_CACERT/ },
    ],
    [
      'with another name in the settings',
      () => ({ CONSUL_TLS_SERVER_NAME: 'consul.corp.internal' }),
      {
        ...{ cause: 'wrong-name', says: /for another name .*consul\.corp\.internal.*server\.dc1\.consul/ },
        remedy: /Set CONSUL_TLS_SERVER_NAME to a name in the certificate/,
      },
    ],
    [
      'with no name in the settings, and the address not in the certificate',
      () => ({ CONSUL_TLS_SERVER_NAME: undefined }),
      {
        ...{ cause: 'wrong-name', says: /for another name .*IP: 127\./ },
        remedy: /Set CONSUL_TLS_SERVER_NAME to a name in the certificate/,
      },
    ],
    [
      'with https:// at the port of http',
      () => ({ CONSUL_HTTP_ADDR: world.agent(0).url.replace('http:', 'https:') }),
      { cause: 'not-tls', says: /does not speak TLS/, remedy: /Use http:\/\/.*8501/ },
    ],
    [
      'with http:// at the port of https',
      () => ({ CONSUL_HTTP_ADDR: url().replace('https:', 'http:') }),
      { cause: 'tls-required', says: /speaks TLS, and was asked without/, remedy: /Use https:\/\// },
    ],
  ];
  it.each(SETTINGS)('%s', (_, own, expected) => holds({ ...sound(), ...own() }, expected));
});

describe('in the watch window', () => {
  it('the record stays while the certificate has expired, and follows once it is renewed', async () => {
    const handler = world.side.function({ ...sound(), WATCH_SECONDS: '600' });
    const window = await openWindow(world.side, { handler });
    const states: (readonly string[])[] = [];
    world.side.route53.onChange(() => states.push(world.side.published()));

    // Connections that are open outlive a reload of the certificate.
    await world.agent(0).kill();
    await place(await made().ca.issue(SERVER_NAME, { names, from: -30, to: -1 }));
    await world.agent(0).start();
    await world.shows(0, 'check-10.0.1.1', 'passing');
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    await until(() => causes().includes('certificate-expired'), { what: 'the hold', within: 30_000 });
    expect(world.side.published()).toEqual(ADDRESSES);
    expect(states).toEqual([]);

    await show(made().server);
    await until(() => states.length > 0, { what: 'the removal', within: 30_000 });
    await window.end();
    expect(states).toEqual([['10.0.1.2']]);
    nothingToldOf([await window.run, world.side.log]);
  });
});
