import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../emulators/consul/consul-faults.ts';
import { context, NAME, type Stack, startStack } from '../support/stack.ts';

/**
 * What Consul or the zone may do to a record that already has addresses. Each row says how the run ends; in each the
 * record must be as it was, and the next sound run must bring it up to date.
 */
const PUBLISHED = ['10.0.1.1', '10.0.1.2', '10.0.1.3'];

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  for (const address of PUBLISHED) await stack.register(address);
  await stack.function({})({}, context());
  expect(stack.published()).toEqual(PUBLISHED);
});
afterEach(() => stack.close());

describe('Consul in trouble: the record is held', () => {
  it.each<[string, Fault, string, RegExp]>([
    [
      'down',
      { kind: 'down' },
      'source-unavailable',
      /^Consul at http:\/\/127\.\S+ refused the connection; Consul at http:\/\/127\.\S+ refused the connection; kept 10\.0\.1\.1, 10\.0\.1\.2, 10\.0\.1\.3\.$/,
    ],
    [
      '500',
      { kind: 'status', status: 500, body: 'rpc error: EOF' },
      'source-unavailable',
      /answered HTTP 500: rpc error: EOF/,
    ],
    [
      '429',
      { kind: 'status', status: 429, body: 'Too many requests' },
      'source-unavailable',
      /answered HTTP 429: Too many requests/,
    ],
    [
      '403',
      { kind: 'status', status: 403, body: 'Permission denied' },
      'source-denied',
      /refused a request without a token \(HTTP 403: Permission denied\)/,
    ],
    ['200 with HTML', { kind: 'html' }, 'source-suspect', /answered with text\/html instead of JSON/],
    [
      'JSON of another shape',
      { kind: 'other-json' },
      'source-suspect',
      /its answer is not a list of service instances/,
    ],
    [
      'an array of another shape',
      { kind: 'other-json', body: [{ Address: '10.9.9.9' }] },
      'source-suspect',
      /0\.Node/,
    ],
    [
      'a cut connection',
      { kind: 'cut' },
      'source-unavailable',
      /cut the connection before its answer was complete/,
    ],
    ['a hang', { kind: 'hang' }, 'source-unavailable', /did not answer within 1000 ms/],
    ['too slow', { kind: 'slow', ms: 5_000 }, 'source-unavailable', /did not answer within 1000 ms/],
    [
      'no leader, as an error',
      { kind: 'no-leader', how: 'error' },
      'source-suspect',
      /has no leader \(HTTP 500: No cluster leader\)/,
    ],
    [
      'no leader, as a header',
      { kind: 'no-leader', how: 'header' },
      'source-suspect',
      /has no leader, so its answer may be out of date/,
    ],
    [
      'stale',
      { kind: 'stale', lastContact: 60_000 },
      'source-suspect',
      /last heard from its leader 60000 ms ago/,
    ],
    ['filtered by ACLs', { kind: 'acl-filtered', keep: 1 }, 'source-suspect', /the token may not read them/],
    [
      'filtered by ACLs to nothing',
      { kind: 'acl-filtered' },
      'source-suspect',
      /the token may not read them/,
    ],
    [
      'an anonymous empty answer under default deny',
      { kind: 'default-deny', token: 'x' },
      'source-suspect',
      /was asked without a token/,
    ],
    [
      'an empty answer of a restarting follower',
      { kind: 'empty' },
      'no-healthy-instances',
      /^"rdsproxy" has no instances in Consul, or none that the token may read; kept/,
    ],
  ])('%s', async (_, fault, reason, message) => {
    const handler = stack.function({});
    await stack.setStatus('10.0.1.3', 'critical');
    await stack.consul.setFault(fault);
    const changes = stack.zone.recordSets();

    const report = await handler({}, context());
    expect(report).toMatchObject({
      outcome: 'held',
      records: [
        {
          reason,
          message: expect.stringMatching(message),
          published: PUBLISHED,
          changes: [],
          remedy: expect.any(String),
        },
      ],
    });
    expect(stack.zone.recordSets()).toEqual(changes);

    await stack.consul.clearFaults();
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it.each<[string, Fault]>([
    ['is down', { kind: 'down' }],
    ['refuses the token', { kind: 'status', status: 403, body: 'ACL not found' }],
    ['has no leader', { kind: 'no-leader', how: 'error' }],
    ['is no Consul', { kind: 'html' }],
  ])('asks the next address where one %s, and asks that one first from then on', async (_, fault) => {
    await stack.consul.setFault(fault, { node: 'consul-1' });
    const handler = stack.function({});
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged' });
    await stack.consul.clearFaults();
    stack.consul.requests.length = 0;
    await handler({}, context());
    expect(stack.consul.requests.map(({ agent }) => agent)).toEqual(['consul-2']);
  });
});

describe('instances in trouble: the record is held', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'all critical',
      () => Promise.all(PUBLISHED.map((address) => stack.setStatus(address, 'critical'))),
      'no-healthy-instances',
    ],
    [
      'all warning',
      () => Promise.all(PUBLISHED.map((address) => stack.setStatus(address, 'warning'))),
      'no-healthy-instances',
    ],
    ['the node in maintenance', () => stack.agent.nodeMaintenance(true), 'no-healthy-instances'],
    [
      'all deregistered',
      () => Promise.all(PUBLISHED.map((address) => stack.agent.deregister(`rdsproxy-${address}`))),
      'no-healthy-instances',
    ],
    [
      'most deregistered',
      () => Promise.all(PUBLISHED.slice(1).map((address) => stack.agent.deregister(`rdsproxy-${address}`))),
      'vanished',
    ],
  ])('%s', async (_, trouble, reason) => {
    await trouble();
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'held',
      records: [{ reason, published: PUBLISHED }],
    });
    expect(stack.published()).toEqual(PUBLISHED);
  });

  it('none of a simple record is known to Consul any more', async () => {
    const name = 'simple.corp.internal';
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name, routing: 'simple' }]);
    const handler = stack.function({ RECORDS });
    await handler({}, context());
    await stack.consul.setFault({ kind: 'empty' });
    expect(await handler({}, context())).toMatchObject({
      records: [
        {
          reason: 'no-healthy-instances',
          published: PUBLISHED,
          message: expect.stringMatching(/; kept 10\.0\.1\.1, 10\.0\.1\.2, 10\.0\.1\.3\.$/),
        },
      ],
    });
    expect(stack.published(name)).toEqual(PUBLISHED);
  });

  it('a service that Consul does not know, at a name that was kept for another one', async () => {
    const RECORDS = JSON.stringify([{ service: 'unheard-of', name: NAME }]);
    expect(await stack.function({ RECORDS })({}, context())).toMatchObject({
      outcome: 'held',
      records: [
        {
          reason: 'unknown-service',
          message:
            '"unheard-of" has no instances in Consul, or none that the token may read, and never had one at this name; kept 10.0.1.1, 10.0.1.2, 10.0.1.3.',
        },
      ],
    });
    expect(stack.published()).toEqual(PUBLISHED);
  });

  it('fewer than the minimum', async () => {
    await stack.setStatus('10.0.1.1', 'critical');
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name: NAME, minHealthy: 3 }]);
    expect(await stack.function({ RECORDS })({}, context())).toMatchObject({
      records: [{ reason: 'below-minimum', published: PUBLISHED }],
    });
  });
});

describe('an instance at an address that must not be published: left out, and named', () => {
  it.each([
    '8.8.8.8',
    '169.254.169.254',
    '127.0.0.1',
    'db.corp.internal',
    '010.0.0.1',
    '::ffff:10.0.0.1',
    '::1',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
  ])('%s', async (address) => {
    await stack.register(address);
    const report = await stack.function({})({}, context());
    expect(report).toMatchObject({
      outcome: 'unchanged',
      records: [{ reason: 'address-not-allowed', notAllowed: 1, published: PUBLISHED }],
    });
    const [record] = report.records;
    expect(record?.message).toContain(`left out consul-1: `);
    expect(report.records.flatMap(({ instances }) => instances)).toContainEqual(
      expect.objectContaining({ address, status: 'passing', published: false }),
    );
    expect(stack.published()).toEqual(PUBLISHED);
  });

  it('all of them at such addresses: held', async () => {
    for (const address of PUBLISHED) await stack.agent.deregister(`rdsproxy-${address}`);
    await stack.register('8.8.8.8');
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'held',
      records: [{ reason: 'address-not-allowed', notAllowed: 1 }],
    });
    expect(stack.published()).toEqual(PUBLISHED);
  });
});

describe('a zone or name that rules the record out: refused', () => {
  it('a public zone', async () => {
    const zone = stack.route53.zones.create({ name: 'corp.internal', private: false });
    expect(await stack.function({ HOSTED_ZONE_ID: zone.id })({}, context())).toMatchObject({
      outcome: 'failed',
      records: [
        {
          reason: 'public-zone',
          message: `the hosted zone ${zone.id} (corp.internal) is public, and only private zones are written; nothing is published yet, and nothing was changed.`,
        },
      ],
    });
    expect(zone.find(NAME, 'A')).toEqual([]);
  });

  it('a name outside the zone', async () => {
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name: 'rdsproxy.xcorp.internal' }]);
    expect(await stack.function({ RECORDS })({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'outside-zone' }],
    });
  });

  it('a zone that does not exist', async () => {
    expect(await stack.function({ HOSTED_ZONE_ID: 'Z0MISSING' })({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'zone-not-found', published: null }],
    });
  });
});
