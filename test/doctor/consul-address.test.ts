import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  connectFinding,
  connectOverdue,
  dnsFinding,
  tlsFinding,
} from '../../src/doctor/connection-findings.ts';
import { leaderFinding } from '../../src/doctor/consul-address.ts';
import type { LegName } from '../../src/doctor/finding.ts';
import { type Certificate, type CertificateOffice, certificateOffice } from '../support/certificates.ts';
import type { Stack } from '../support/stack.ts';
import { examinedStack, legsOf, runDoctorOn, verdictsOf } from './support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await examinedStack();
});

/** Listens on a free port of loopback, until the test is over. */
async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answer = (status: number, body: string) => ({ status, headers: {}, body });

const AFTER: readonly LegName[] = [
  'consul-token',
  'consul-service-read',
  'consul-node-read',
  'consul-service',
];
const SKIPPED = Object.fromEntries(AFTER.map((leg) => [leg, 'skipped']));

describe('an address of Consul', () => {
  it('whose host name does not resolve', async () => {
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR: 'http://consul.invalid:8500' });
    expect(verdictsOf(report)).toMatchObject({
      'consul-dns': 'failed',
      'consul-tcp': 'skipped',
      'consul-leader': 'skipped',
      ...SKIPPED,
      'route53-change': 'ok',
    });
    expect(legsOf(report, 'consul-dns')[0]?.message).toMatch(/consul\.invalid/);
    expect(legsOf(report, 'consul-tcp')[0]?.message).toBe('It needs consul-dns, which failed.');
    expect(report.outcome).toBe('failed');
  });

  it('at a closed port', async () => {
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR: `http://127.0.0.1:${await closedPort()}` });
    expect(verdictsOf(report)).toMatchObject({
      'consul-dns': 'ok',
      'consul-tcp': 'failed',
      'consul-leader': 'skipped',
      ...SKIPPED,
    });
    expect(legsOf(report, 'consul-tcp')[0]).toMatchObject({
      message: expect.stringContaining('refused the connection'),
      remedy: expect.stringContaining('client_addr'),
    });
  });

  it('that accepts and never answers', async () => {
    const port = await listening(createTcpServer(() => undefined).unref());
    const limits = { consul: 400, route53: 5_000 };
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR: `http://127.0.0.1:${port}` }, { limits });
    expect(verdictsOf(report)).toMatchObject({ 'consul-tcp': 'ok', 'consul-leader': 'failed', ...SKIPPED });
    const [leg] = legsOf(report, 'consul-leader');
    expect(leg?.message).toContain('did not answer within 400 ms');
    expect(leg?.ms).toBeGreaterThanOrEqual(390);
  });

  it('without a leader', async () => {
    await stack.consul.setFault({ kind: 'no-leader', how: 'error' });
    const report = await runDoctorOn(stack);
    expect(verdictsOf(report)).toMatchObject({ 'consul-leader': 'failed', ...SKIPPED });
    expect(legsOf(report, 'consul-leader')[0]?.remedy).toContain('raft list-peers');
  });

  it('that is something else', async () => {
    await stack.consul.setFault({ kind: 'html' });
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'consul-leader')[0]).toMatchObject({
      verdict: 'failed',
      message: expect.stringMatching(/answered HTTP 200 to a question that every Consul answers\.$/),
    });
  });

  it('is a warning where another one is sound, and the rest goes on with that', async () => {
    await stack.consul.setFault({ kind: 'down' }, { node: 'consul-1' });
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'consul-tcp').map(({ verdict }) => verdict)).toEqual(['warning', 'ok']);
    expect(verdictsOf(report)).toMatchObject({ 'consul-service': 'ok', 'consul-node-read': 'ok' });
    expect(report.outcome).toBe('warning');
  });
});

describe('TLS', () => {
  let office: CertificateOffice;
  let certificate: Certificate;
  beforeAll(async () => {
    office = await certificateOffice();
    const names = ['DNS:server.dc1.consul'];
    certificate = await office.selfSigned('server.dc1.consul', { names });
  });
  afterAll(() => office.close());

  const leader = () => createHttpsServer(certificate, (_, response) => void response.end('"10.0.0.1:8300"'));
  const trusting = () => ({ CONSUL_CACERT: certificate.certFile });

  it('with a self-signed certificate', async () => {
    const report = await runDoctorOn(stack, {
      CONSUL_HTTP_ADDR: `https://127.0.0.1:${await listening(leader())}`,
    });
    expect(verdictsOf(report)).toMatchObject({
      'consul-tcp': 'ok',
      'consul-tls': 'failed',
      'consul-leader': 'skipped',
      ...SKIPPED,
    });
    expect(legsOf(report, 'consul-tls')[0]).toMatchObject({
      message: expect.stringContaining('has a self-signed certificate'),
      remedy: expect.stringContaining('CONSUL_CACERT'),
    });
  });

  it('with a trusted certificate for another name', async () => {
    const CONSUL_HTTP_ADDR = `https://127.0.0.1:${await listening(leader())}`;
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR, ...trusting() });
    expect(legsOf(report, 'consul-tls')[0]).toMatchObject({
      verdict: 'failed',
      message: expect.stringMatching(
        /has a certificate for another name \(ERR_TLS_CERT_ALTNAME_INVALID: .*127\.0\.0\.1/,
      ),
      remedy: expect.stringContaining('CONSUL_TLS_SERVER_NAME'),
    });
  });

  it('with a trusted certificate for the expected name', async () => {
    const CONSUL_HTTP_ADDR = `https://127.0.0.1:${await listening(leader())}`;
    const CONSUL_TLS_SERVER_NAME = 'server.dc1.consul';
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR, CONSUL_TLS_SERVER_NAME, ...trusting() });
    expect(verdictsOf(report)).toMatchObject({ 'consul-tls': 'ok', 'consul-leader': 'ok' });
  });

  it('with a certificate that is about to expire, by the clock given', async () => {
    const CONSUL_HTTP_ADDR = `https://127.0.0.1:${await listening(leader())}`;
    const CONSUL_TLS_SERVER_NAME = 'server.dc1.consul';
    const now = () => Date.now() + 85 * 86_400_000;
    const report = await runDoctorOn(
      stack,
      { CONSUL_HTTP_ADDR, CONSUL_TLS_SERVER_NAME, ...trusting() },
      { now },
    );
    expect(legsOf(report, 'consul-tls')[0]).toMatchObject({
      verdict: 'warning',
      message: expect.stringContaining('expires in 4 days'),
    });
  });

  it('at a port that does not speak it', async () => {
    const port = await listening(createHttpServer((_, response) => void response.end('"x:1"')));
    const report = await runDoctorOn(stack, { CONSUL_HTTP_ADDR: `https://127.0.0.1:${port}` });
    expect(legsOf(report, 'consul-tls')[0]).toMatchObject({
      verdict: 'failed',
      message: expect.stringContaining('does not speak TLS'),
    });
  });
});

const withCode = (code: string) => Object.assign(new Error(code), { code });

describe('what a code means', () => {
  it.each<[string, string | undefined, RegExp]>([
    ['an expired certificate', tlsFinding('C', withCode('CERT_HAS_EXPIRED'))?.message, /has expired/],
    [
      'an unknown CA',
      tlsFinding('C', withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))?.message,
      /not trusted here/,
    ],
    [
      'a client certificate that is asked for',
      tlsFinding('C', withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'))?.remedy,
      /CONSUL_CLIENT_CERT/,
    ],
    ['no route', connectFinding('C', 'ENETUNREACH').remedy, /route tables/],
    ['dropped packets', connectOverdue('C', 5).remedy, /security group/],
    ['a resolver that does not answer', dnsFinding('h', 'EAI_AGAIN').message, /resolver did not answer/],
    [
      'http to https',
      leaderFinding('C', answer(400, 'Client sent an HTTP request to an HTTPS server.')).remedy,
      /https:/,
    ],
    ['an empty leader', leaderFinding('C', answer(200, '')).message, /knows no leader/],
  ])('%s', (_, text, expected) => {
    expect(text).toMatch(expected);
  });

  it('no TLS error is none', () => {
    expect(tlsFinding('C', withCode('ECONNRESET'))).toBeUndefined();
  });
});
