import { describe, expect, it } from 'vitest';
import { decodeInstances } from '../../src/consul/decode-instances.ts';
import { SourceError } from '../../src/errors.ts';

const entry = (own: { node?: object; service?: object; checks?: unknown } = {}) => ({
  Node: { ID: 'x', Node: 'node-1', Address: '10.0.0.1', Datacenter: 'dc1', ...own.node },
  Service: {
    ID: 'rdsproxy-1',
    Service: 'rdsproxy',
    Tags: [],
    Address: '10.0.1.1',
    Port: 3306,
    ...own.service,
  },
  Checks:
    own.checks === undefined
      ? [{ Node: 'node-1', CheckID: 'serfHealth', Status: 'passing', Output: '' }]
      : own.checks,
});

describe('decodeInstances', () => {
  it('reads what the API documents', () => {
    expect(decodeInstances([entry()], 'rdsproxy')).toEqual([
      {
        node: 'node-1',
        serviceId: 'rdsproxy-1',
        address: '10.0.1.1',
        checks: [{ id: 'serfHealth', status: 'passing' }],
      },
    ]);
  });

  it.each([
    ['the service has none', { service: { Address: '' } }],
    ['the service leaves it out', { service: { Address: undefined } }],
  ])("takes the node's address where %s", (_, own) => {
    expect(decodeInstances([entry(own)], 'rdsproxy')).toMatchObject([{ address: '10.0.0.1' }]);
  });

  it('takes null for no checks, and no entries for no instances', () => {
    expect(decodeInstances([entry({ checks: null })], 'rdsproxy')).toMatchObject([{ checks: [] }]);
    expect(decodeInstances([], 'rdsproxy')).toEqual([]);
  });

  it('compares service names without case, as Consul does', () => {
    for (const [answered, asked] of [
      ['RDSproxy', 'rdsproxy'],
      ['db-pr\u0130mary', 'db-primary'],
      ['stoc\u212a', 'stock'],
    ] as const)
      expect(decodeInstances([entry({ service: { Service: answered } })], asked)).toHaveLength(1);
  });

  it.each<[string, unknown, RegExp]>([
    ['an object', {}, /^its answer is not a list of service instances \(expected Array, received Object\)$/],
    ['null', null, /received null/],
    ['entries of another shape', [{ ServiceAddress: '10.0.0.1' }], /\(0\.Node: expected/],
    ['one bad entry among good ones', [entry(), { Node: {} }], /\(1\./],
    [
      'a status that is no text',
      [entry({ checks: [{ CheckID: 'a', Status: 1 }] })],
      /0\.Checks\.0\.Status: expected string, received 1/,
    ],
    ['an address that is no text', [entry({ service: { Address: 1 } })], /0\.Service\.Address/],
    [
      'another service',
      [entry({ service: { Service: 'web' } })],
      /^its answer is about the service "web" instead of "rdsproxy"$/,
    ],
  ])('does not believe %s', (_, body, message) => {
    const decode = () => decodeInstances(body, 'rdsproxy');
    expect(decode).toThrow(SourceError);
    expect(decode).toThrow(
      expect.objectContaining({ hold: { reason: 'source-suspect', cause: 'malformed' } }),
    );
    expect(decode).toThrow(message);
  });

  it.each(['fine', 'PASSING', 'maintenance', 'passing '])('takes the status %j for critical', (Status) => {
    const checks = [{ CheckID: 'a', Status }];
    expect(decodeInstances([entry({ checks })], 'rdsproxy')).toMatchObject([
      { checks: [{ id: 'a', status: 'critical' }] },
    ]);
  });

  it('makes what strangers chose fit for a terminal', () => {
    const [decoded] = decodeInstances([entry({ node: { Node: 'a\u001b[31mb\nc\u202e' } })], 'rdsproxy');
    expect(decoded?.node).toBe('a?[31mb?c?');
  });
});
