import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { codeOf } from '../../src/doctor/connection-findings.ts';
import { consulProbe } from '../../src/doctor/probes/consul-probe.ts';
import { openAccess } from '../support/access.ts';
import { certificateOffice } from '../support/certificates.ts';

it('a certificate is verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  const office = await certificateOffice();
  onTestFinished(() => office.close());
  const requests: string[] = [];
  const server = createServer(await office.selfSigned('consul'), ({ url = '' }, response) => {
    requests.push(url);
    response.end('[]');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());

  const { signal } = new AbortController();
  const read = consulHealthSource(openAccess({ addresses: [origin] })).read({ service: 'web' }, signal);
  await expect(read).rejects.toMatchObject({ hold: { cause: 'self-signed' } });
  const probe = consulProbe(origin, {}, Date.now);
  for (const step of [() => probe.handshake(signal), () => probe.get('/', signal)])
    expect(await step().catch(codeOf)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(requests).toEqual([]);
});
