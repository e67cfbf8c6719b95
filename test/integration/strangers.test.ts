import { describe, expect, it } from 'vitest';
import { records, useWorld } from './support.ts';

// What anybody may register who may write to Consul: it must neither get published nor spoil the log.
const world = useWorld();

describe('an address that must not be published', () => {
  const ROGUES: readonly (readonly [string, string])[] = [
    ['010.0.0.1', '"010.0.0.1" is not a plain IPv4 or IPv6 address'],
    ['127.0.0.1', '127.0.0.1 is a loopback address, which is published only if allowedCidrs names its range'],
    [
      '169.254.169.254',
      '169.254.169.254 is a link-local address, which is published only if allowedCidrs names its range',
    ],
    [
      '8.8.8.8',
      '8.8.8.8 is outside allowedCidrs (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7)',
    ],
    ['db.corp.internal', '"db.corp.internal" is not a plain IPv4 or IPv6 address'],
    [
      'fd00:ec2::254',
      "fd00:ec2::254 is an address of AWS's own services, which is published only if allowedCidrs names its range",
    ],
  ];

  it('is left out and named; the others are published', async () => {
    await world.register(0, '10.0.1.1');
    await world.register(0, '10.0.1.2');
    for (const [address] of ROGUES) await world.register(1, address);
    const run = world.function();
    const expected = {
      reason: 'address-not-allowed',
      instances: [
        { address: '10.0.1.1', status: 'passing', published: true, why: 'all 2 checks are passing' },
        { address: '10.0.1.2', status: 'passing', published: true, why: 'all 2 checks are passing' },
        ...ROGUES.map(([address, why]) => ({
          node: 'consul-2',
          address,
          status: 'passing',
          published: false,
          why,
        })),
      ],
      inZone: ['10.0.1.1', '10.0.1.2'],
    };
    const first = await run();
    expect(first).toMatchObject({ ...expected, outcome: 'changed', changeCalls: 1 });
    for (const [, why] of ROGUES) expect(first.message).toContain(`left out consul-2: ${why}`);
    expect(await run()).toMatchObject({ ...expected, outcome: 'unchanged', changeCalls: 0 });
  });

  it('does not replace the others when nothing else is left', async () => {
    await world.register(0, '10.0.1.1');
    const run = world.function();
    await run();
    await world.api(0).deregister('10.0.1.1');
    for (const [address] of ROGUES) await world.register(1, address);
    expect(await run()).toMatchObject({
      outcome: 'held',
      reason: 'address-not-allowed',
      instances: ROGUES.map(([address, why]) => ({ address, status: 'passing', published: false, why })),
      inZone: ['10.0.1.1'],
      changeCalls: 0,
    });
  });
});

describe('names with terminal escapes and line breaks', () => {
  const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  /** Every text in a value, the keys of objects too. */
  function textsIn(value: unknown): readonly string[] {
    if (typeof value === 'string') return [value];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
  }

  it('reach neither the report nor the log', async () => {
    await world.register(0, '10.0.1.1');
    await world.registerStranger('stranger', {
      Address: '10.0.1.2',
      Service: { Service: 'rdsproxy', ID: 'id\u001b]0;owned\u0007' },
      Check: {
        CheckID: 'check\u001b[31m\r\nERROR all is lost',
        Status: 'warning',
        ServiceID: 'id\u001b]0;owned\u0007',
      },
    });
    await world.api(1).register({ Name: 'rdsproxy', ID: 'address', Address: '\u001b[2J10.0.1.3\u2028' });
    await world.registerStranger('evil\u001b[1A\nnode\u202e\u009b', { Address: '10.0.1.4' });
    await world.registerStranger(`long-${'\u{1f480}'.repeat(300)}`, { Address: '10.0.1.5' });

    const ran = await world.function()();
    expect(ran).toMatchObject({
      outcome: 'changed',
      reason: 'address-not-allowed',
      inZone: ['10.0.1.1', '10.0.1.4', '10.0.1.5'],
    });
    expect(ran.instances).toContainEqual({
      node: 'stranger',
      address: '10.0.1.2',
      status: 'warning',
      published: false,
      why: 'check "check?[31m??ERROR all is lost" is warning',
    });
    expect(ran.instances).toContainEqual({
      node: 'consul-2',
      address: '?[2J10.0.1.3?',
      status: 'passing',
      published: false,
      why: '"?[2J10.0.1.3?" is not a plain IPv4 or IPv6 address',
    });
    expect(ran.instances).toContainEqual(
      expect.objectContaining({ node: 'evil?[1A?node??', address: '10.0.1.4', published: true }),
    );
    const texts = textsIn([ran.report, world.side.log]);
    expect(texts.filter((text) => text.includes('evil'))).not.toEqual([]);
    expect(texts.filter((text) => UNPRINTABLE.test(text))).toEqual([]);
  });
});

describe('a check status that the API does not document', () => {
  it.each(['fine', 'maintenance', 'PASSING'])('%s takes out that instance, and no other', async (Status) => {
    await world.register(0, '10.0.1.1');
    await world.registerStranger('stranger', {
      Address: '10.0.1.2',
      Check: { CheckID: 'odd', Status, ServiceID: 'rdsproxy' },
    });
    // Consul's own idea of it.
    expect((await world.api(0).health('rdsproxy', { passing: true })).entries).toHaveLength(1);
    const run = world.function();
    expect(await run()).toMatchObject({
      outcome: 'changed',
      instances: [
        { address: '10.0.1.1', status: 'passing', published: true },
        { address: '10.0.1.2', status: 'critical', published: false, why: 'check "odd" is critical' },
      ],
      inZone: ['10.0.1.1'],
    });
    // The record keeps following the others.
    await world.register(1, '10.0.1.3');
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    expect(await run()).toMatchObject({ outcome: 'changed', inZone: ['10.0.1.3'] });
  });
});

it('takes a service name as equal where Consul does, beyond ASCII too', async () => {
  await world.register(0, '10.0.1.1', { Name: 'db-primary' });
  // The I with a dot above, which Consul takes for the capital of i.
  await world.register(1, '10.0.1.2', { Name: 'db-pr\u0130mary' });
  expect(await world.function(records({ service: 'db-primary' }))()).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    instances: [
      { address: '10.0.1.1', published: true },
      { address: '10.0.1.2', published: true },
    ],
    inZone: ['10.0.1.1', '10.0.1.2'],
  });
});
