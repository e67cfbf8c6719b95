import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import type { Check, CheckStatus } from '../../src/domain/instance.ts';
import { decideDesired } from '../../src/plan/desired.ts';
import { instance } from '../support/records.ts';

const desiredOf = (...instances: Parameters<typeof decideDesired>[0]) =>
  decideDesired(instances, addressPolicy());

describe('decideDesired', () => {
  it('publishes the healthy instances, sorted, and says of each why it is in or out', () => {
    const desired = desiredOf(
      instance('10.0.0.2', 'passing', 'b'),
      instance('10.0.0.1', 'passing', 'a'),
      instance('10.0.0.3', 'warning', 'c'),
      instance('10.0.0.4', 'critical', 'd'),
      { ...instance('10.0.0.5', 'passing', 'e'), checks: [{ id: '_node_maintenance', status: 'critical' }] },
      { ...instance('10.0.0.6', 'passing', 'f'), checks: [] },
    );
    expect(desired.addresses).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.6']);
    expect(
      desired.instances.map(({ node, status, decision, why }) => `${node} ${status} ${decision}: ${why}`),
    ).toEqual([
      'b passing publish: its check is passing',
      'a passing publish: its check is passing',
      'c warning unhealthy: check "service:rdsproxy" is warning',
      'd critical unhealthy: check "service:rdsproxy" is critical',
      'e maintenance unhealthy: is in maintenance mode',
      'f passing publish: it has no checks, which Consul counts as passing',
    ]);
  });

  it.each([
    ['8.8.8.8', /^8\.8\.8\.8 is outside allowedCidrs/],
    ['169.254.169.254', /^169\.254\.169\.254 is a link-local address/],
    ['127.0.0.1', /^127\.0\.0\.1 is a loopback address/],
    ['db.corp.internal', /^"db\.corp\.internal" is not a plain IPv4 or IPv6 address$/],
    ['010.0.0.1', /^"010\.0\.0\.1" is not a plain/],
    ['', /^"" is not a plain/],
  ])('leaves out a healthy instance at %j, and names it', (address, why) => {
    const desired = desiredOf(instance(address), instance('10.0.0.1'));
    expect(desired.addresses).toEqual(['10.0.0.1']);
    expect(desired.instances[0]).toMatchObject({ decision: 'not-allowed', why: expect.stringMatching(why) });
  });

  it('publishes an address once, and if any instance there is healthy', () => {
    const desired = desiredOf(
      instance('10.0.0.1', 'critical'),
      instance('10.0.0.1', 'passing'),
      instance('10.0.0.1', 'warning'),
    );
    expect(desired.addresses).toEqual(['10.0.0.1']);
    expect(desired.registered.get(desired.addresses[0] as never)).toMatch(/its check is passing$/);
  });

  const serf = (status: CheckStatus) => ({ id: 'serfHealth', status });
  const own = (status: CheckStatus) => ({ id: 'service:rdsproxy', status });
  it.each<[string, readonly Check[], readonly Check[], boolean]>([
    ['no checks', [], [own('critical')], false],
    ['no checks, at a node that is down', [], [serf('critical')], false],
    ["only the node's gossip", [serf('passing')], [serf('passing'), own('warning')], false],
    [
      "only the node's gossip, at a node in maintenance",
      [serf('passing')],
      [{ id: '_node_maintenance', status: 'critical' }],
      false,
    ],
    [
      "only the node's gossip, at the address of a node that is down",
      [serf('passing')],
      [serf('critical')],
      true,
    ],
    ['a check of its own', [own('passing')], [own('critical')], true],
    ['no checks, where none fails', [], [own('passing')], true],
  ])('of an instance with %s, weighs what fails at its address', (_, checks, others, isPublished) => {
    for (const address of ['10.0.0.1', 'FD00:0::1', 'fd00::1']) {
      const stranger = { ...instance(address), checks };
      const fails = { ...instance(address.toLowerCase()), checks: others };
      for (const order of [
        [stranger, fails],
        [fails, stranger],
      ]) {
        const desired = desiredOf(...order);
        expect(desired.addresses).toHaveLength(isPublished ? 1 : 0);
        expect(desired.registered.size).toBe(1);
      }
    }
  });

  it('says of an instance without checks why it does not count', () => {
    const [verdict] = desiredOf(
      { ...instance('10.0.0.1'), checks: [] },
      instance('10.0.0.1', 'critical'),
    ).instances;
    expect(verdict).toMatchObject({
      status: 'passing',
      decision: 'unhealthy',
      why: 'it has no checks, which Consul counts as passing, but a check of another instance there fails',
    });
  });

  it('knows which addresses are registered, also those of failing instances', () => {
    const desired = desiredOf(instance('10.0.0.1', 'critical'), instance('nonsense'));
    expect([...desired.registered.keys()]).toEqual(['10.0.0.1']);
  });

  it('takes equal IPv6 addresses in other notations for one', () => {
    expect(desiredOf(instance('fd00::1'), instance('FD00:0::0001')).addresses).toEqual(['fd00::1']);
  });
});
