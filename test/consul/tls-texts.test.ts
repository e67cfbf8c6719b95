import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { SourceError } from '../../src/errors.ts';
import { openAccess } from '../support/access.ts';
import {
  type Authority,
  type Certificate,
  type CertificateOffice,
  certificateOffice,
} from '../support/certificates.ts';

// Certificates and keys that are kept in SSM Parameter Store or Secrets Manager, and how often they are fetched.
const CA = { store: 'ssm', name: '/consul/ca', variable: 'CONSUL_CACERT_SSM' } as const;
const signal = new AbortController().signal;

let office: CertificateOffice;
let ca: Authority;
let other: Authority;
let certificate: Certificate;
beforeAll(async () => {
  office = await certificateOffice();
  ca = await office.authority('Test CA');
  other = await office.authority('Other CA');
  certificate = await ca.issue('consul', { names: ['IP:127.0.0.1'] });
});
afterAll(() => office.close());

/** What is kept, and how often it was fetched. */
let kept: string | Error;
let fetches: number;
let now: number;
beforeEach(() => {
  kept = ca.cert;
  fetches = 0;
  now = 1_000_000;
});

async function open() {
  const headers = { 'X-Consul-Index': '7', 'X-Consul-KnownLeader': 'true', 'X-Consul-LastContact': '0' };
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (_, response) => {
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end('[]');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const access = openAccess(
    {
      addresses: [`https://127.0.0.1:${(server.address() as AddressInfo).port}`],
      tls: { ca: { reference: CA } },
    },
    {
      now: () => now,
      secrets: {
        async read() {
          fetches++;
          await new Promise((resolve) => setImmediate(resolve));
          if (kept instanceof Error) throw kept;
          return kept;
        },
      },
    },
  );
  const source = consulHealthSource(access);
  return { read: () => source.read({ service: 'rdsproxy' }, signal) };
}

it('are fetched by the first reads, together and once', async () => {
  const { read } = await open();
  expect(fetches).toBe(0);
  const readings = await Promise.all([read(), read(), read()]);
  expect(readings).toEqual(Array(3).fill({ instances: [], index: 7 }));
  await read();
  expect(fetches).toBe(1);
});

it('are fetched again by the next read if that failed', async () => {
  kept = new SourceError({ reason: 'secret-unavailable', cause: 'secret-unreachable' }, 'nobody answers');
  const { read } = await open();
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'secret-unreachable' } });
  kept = ca.cert;
  expect(await read()).toMatchObject({ instances: [] });
  expect(fetches).toBe(2);
});

it('are of no use without a PEM block, which is said without repeating them', async () => {
  kept = 'planted-t3xt';
  const { read } = await open();
  const error: unknown = await read().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ hold: { reason: 'secret-unavailable', cause: 'secret-malformed' } });
  expect(String(error)).toContain('CONSUL_CACERT_SSM');
  expect(String(error)).not.toContain('planted');
});

it('are fetched anew, together and once, by the reads that find them outdated, which then go on', async () => {
  kept = other.cert;
  const { read } = await open();
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'unknown-ca' } });
  kept = ca.cert;
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'unknown-ca' } });
  expect(fetches).toBe(1);
  now += 10_000;
  const readings = await Promise.all([read(), read(), read()]);
  expect(readings).toEqual(Array(3).fill({ instances: [], index: 7 }));
  expect(fetches).toBe(2);
});

it('are fetched no more than every ten seconds while that does not help', async () => {
  kept = other.cert;
  const { read } = await open();
  for (let second = 0; second < 30; second++) {
    await expect(read()).rejects.toMatchObject({ hold: { cause: 'unknown-ca' } });
    now += 1_000;
  }
  expect(fetches).toBe(3);
});

it('stay in use where they cannot be fetched anew: what is wrong may be with Consul', async () => {
  const sound = certificate;
  certificate = await ca.issue('consul', { names: ['DNS:elsewhere'] });
  onTestFinished(() => {
    certificate = sound;
  });
  const { read } = await open();
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'wrong-name' } });
  kept = new SourceError({ reason: 'secret-unavailable', cause: 'secret-unreachable' }, 'nobody answers');
  now += 10_000;
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'wrong-name' } });
  await expect(read()).rejects.toMatchObject({ hold: { cause: 'wrong-name' } });
  expect(fetches).toBe(2);
});
