import { beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../emulators/consul/consul-faults.ts';
import type { Answer } from '../../src/consul/answer.ts';
import { nodeReadFinding, serviceReadFinding, tokenFinding } from '../../src/doctor/consul-rights.ts';
import type { RightsEvidence } from '../../src/doctor/evidence.ts';
import type { LegName } from '../../src/doctor/finding.ts';
import { NAME, type Stack } from '../support/stack.ts';
import { examinedStack, legsOf, runDoctorOn, TOKEN, verdictsOf } from './support.ts';

const answer = (body: unknown, headers: Answer['headers'] = {}, status = 200): Answer => ({
  status,
  headers,
  body,
});
const DENY = { 'x-consul-default-acl-policy': 'deny' };
const FILTERED = { ...DENY, 'x-consul-results-filtered-by-acls': 'true' };
const OFF = answer('ACL support disabled', {}, 401);

/** What an old Consul, which names no policy, shows to a token that it knows. */
function evidence(own: Partial<RightsEvidence> = {}): RightsEvidence {
  return {
    hasToken: true,
    token: answer({ AccessorID: 'a-1', SecretID: 'planted-s3cret', Policies: [{ Name: 'updater' }] }),
    agent: answer('Permission denied', {}, 403),
    peers: answer(['10.0.0.1:8300', '10.0.0.2:8300']),
    nodes: answer([{}, {}, {}]),
    services: answer({ consul: [] }),
    ...own,
  };
}

describe('the token', () => {
  it.each<[string, Partial<RightsEvidence>, string, RegExp]>([
    ['known', {}, 'ok', /knows the token \(accessor a-1; policy "updater"\)/],
    [
      'known, for a while',
      { token: answer({ AccessorID: 'a-1', ExpirationTime: '2026-12-01T00:00:00Z' }) },
      'ok',
      /no policy and no role, expires at 2026-12-01/,
    ],
    ['not known', { token: answer('ACL not found', {}, 403) }, 'failed', /HTTP 403: ACL not found/],
    ['not told', { token: answer('', {}, 404) }, 'skipped', /cannot be told/],
    ['not needed', { token: OFF }, 'ok', /Access control is off/],
    ['none, where none is needed', { hasToken: false, token: OFF }, 'ok', /no token is needed/],
    [
      'none, under allow',
      { hasToken: false, agent: answer({ DebugConfig: { ACLDefaultPolicy: 'allow' } }) },
      'ok',
      /allows/,
    ],
    ['none, under deny', { hasToken: false, nodes: answer([], DENY) }, 'warning', /denies by default/],
    ['none, where nothing is told', { hasToken: false }, 'ok', /does not say/],
  ])('%s', (_, own, verdict, message) => {
    const finding = tokenFinding(evidence(own));
    expect(finding).toMatchObject({ verdict, message: expect.stringMatching(message) });
    expect(JSON.stringify(finding)).not.toContain('planted');
  });
});

describe('service:read', () => {
  it.each<[string, Partial<RightsEvidence>, Answer, string, RegExp]>([
    ['instances are shown', {}, answer([{}]), 'ok', /shows instances/],
    ['the answer was filtered', {}, answer([], FILTERED), 'failed', /left instances/],
    ['listed, though without instances', { services: answer({ RdsProxy: [] }) }, answer([]), 'ok', /lists/],
    ['no access control', { token: OFF }, answer([]), 'ok', /not there/],
    [
      'deny, no token',
      { hasToken: false, nodes: answer([], DENY) },
      answer([], DENY),
      'failed',
      /says nothing/,
    ],
    [
      'deny, and a Consul that would say',
      { nodes: answer([{}], DENY) },
      answer([], DENY),
      'ok',
      /there is no/,
    ],
    ['a Consul that does not say', {}, answer([]), 'warning', /cannot be told/],
    ['refused', {}, answer('Permission denied', {}, 403), 'failed', /refused/],
    ['no list', {}, answer('x', {}, 500), 'skipped', /cannot be told/],
  ])('%s', (_, own, health, verdict, message) => {
    const finding = serviceReadFinding(evidence(own), { service: 'rdsproxy', health });
    expect(finding).toMatchObject({ verdict, message: expect.stringMatching(message) });
  });
});

describe('node:read', () => {
  const seen = [{ service: 'rdsproxy', health: answer([]) }];

  it.each<[string, Partial<RightsEvidence>, string, RegExp]>([
    ['nodes are shown, by a Consul that does not say more', {}, 'ok', /3 nodes; whether it hides others/],
    ['nodes are shown, and none hidden', { nodes: answer([{}], DENY), peers: undefined }, 'ok', /hides none/],
    ['no nodes', { nodes: answer([]) }, 'failed', /the token may not read them/],
    ['no nodes, no token', { nodes: answer([]), hasToken: false }, 'failed', /without a token/],
    ['fewer nodes than servers', { nodes: answer([{}]) }, 'warning', /hides others from the token: it has 2/],
    [
      'filtered nodes',
      { nodes: answer([{}, {}], FILTERED) },
      'warning',
      /2 nodes and hides others from the token\./,
    ],
    [
      'a service that is listed without instances',
      { services: answer({ rdsproxy: [] }) },
      'failed',
      /lists "rdsproxy" but/,
    ],
    ['no access control', { token: OFF }, 'ok', /access control is off/],
    ['no list', { nodes: answer('', {}, 404) }, 'skipped', /cannot be told/],
    ['refused', { nodes: answer('ACL not found', {}, 403) }, 'failed', /refused/],
  ])('%s', (_, own, verdict, message) => {
    expect(nodeReadFinding(evidence(own), seen)).toMatchObject({
      verdict,
      message: expect.stringMatching(message),
    });
  });

  it('does not compare the nodes of one datacenter with the servers of another', () => {
    expect(nodeReadFinding(evidence({ nodes: answer([{}]) }), seen, 'dc2').verdict).toBe('ok');
  });
});

describe('in the whole', () => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await examinedStack();
    await stack.register('10.0.1.2', 'critical');
  });

  it.each<[string, Fault, string | undefined, Partial<Record<LegName, string>>]>([
    [
      'a good token',
      { kind: 'default-deny', token: TOKEN },
      TOKEN,
      { 'consul-token': 'ok', 'consul-service-read': 'ok', 'consul-node-read': 'ok', 'consul-service': 'ok' },
    ],
    [
      'a token that is not known',
      { kind: 'default-deny', token: TOKEN },
      'planted-0ther',
      { 'consul-token': 'failed', 'consul-service-read': 'failed', 'consul-node-read': 'failed' },
    ],
    [
      'no token',
      { kind: 'default-deny', token: TOKEN },
      undefined,
      { 'consul-token': 'warning', 'consul-service-read': 'failed', 'consul-node-read': 'failed' },
    ],
    [
      'no token, and a Consul that does not name its policy',
      { kind: 'default-deny', token: TOKEN, silent: true },
      undefined,
      { 'consul-service-read': 'warning', 'consul-node-read': 'failed', 'consul-service': 'failed' },
    ],
    [
      'filtered by ACLs',
      { kind: 'acl-filtered' },
      TOKEN,
      { 'consul-service-read': 'failed', 'consul-service': 'failed' },
    ],
    [
      'filtered by ACLs, and a Consul that does not say so',
      { kind: 'acl-filtered', silent: true },
      TOKEN,
      { 'consul-service-read': 'ok', 'consul-node-read': 'failed', 'consul-service': 'failed' },
    ],
  ])('%s', async (_, fault, token, verdicts) => {
    await stack.consul.setFault(fault);
    const report = await runDoctorOn(stack, { CONSUL_HTTP_TOKEN: token });
    expect(verdictsOf(report)).toMatchObject({ 'consul-leader': 'ok', ...verdicts });
    expect(JSON.stringify(report)).not.toContain('planted');
  });

  it('a service with its instances, and why each is in or out', async () => {
    await stack.register('8.8.8.8');
    expect(legsOf(await runDoctorOn(stack), 'consul-service')).toMatchObject([
      {
        verdict: 'warning',
        subject: NAME,
        message: '1 of 3 instances of "rdsproxy" would be published.',
        details: [
          'in  10.0.1.1 (consul-1: all 2 checks are passing)',
          'out 10.0.1.2 (consul-1: check "check-rdsproxy-10.0.1.2" is critical)',
          expect.stringMatching(/^out 8\.8\.8\.8 \(consul-1: 8\.8\.8\.8 /),
        ],
      },
    ]);
  });

  it('a service without a healthy instance', async () => {
    await stack.setStatus('10.0.1.1', 'critical');
    expect(verdictsOf(await runDoctorOn(stack))['consul-service']).toBe('warning');
  });

  it('a service that Consul does not know, or not with that tag', async () => {
    const RECORDS = JSON.stringify([
      { service: 'unheard-of', name: NAME },
      { service: 'rdsproxy', tag: 'blue', name: 'blue.corp.internal' },
    ]);
    const report = await runDoctorOn(stack, { RECORDS });
    expect(legsOf(report, 'consul-service').map(({ verdict, message }) => [verdict, message])).toEqual([
      ['failed', 'Consul shows no instance of "unheard-of".'],
      ['failed', 'Consul shows no instance of "rdsproxy" with the tag "blue".'],
    ]);
    expect(legsOf(report, 'consul-service-read').map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
  });
});
