import { expect, it } from 'vitest';
import { EVERY_MINUTE } from '../support/stack.ts';
import { checkScript, useWorld } from './support.ts';

// What makes an instance healthy, as a real Consul and real check scripts say it.
const world = useWorld();

it('publishes what scripts pass on both nodes, changes nothing the second time, and holds it when all warn', async () => {
  const scripts = [await checkScript('haproxy-1'), await checkScript('haproxy-2')] as const;
  await world.register(0, '10.0.1.1', { Check: scripts[0].check });
  await world.register(1, '10.0.1.2', { Check: scripts[1].check });
  for (const node of [0, 1]) await world.shows(node, `haproxy-${node + 1}`, 'passing');
  const run = world.function();
  const why = 'all 2 checks are passing';
  const instances = [
    { node: 'consul-1', address: '10.0.1.1', status: 'passing', published: true, why },
    { node: 'consul-2', address: '10.0.1.2', status: 'passing', published: true, why },
  ];
  expect(await run(EVERY_MINUTE)).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    message: `add 10.0.1.1 (consul-1: ${why}); add 10.0.1.2 (consul-2: ${why}); note that "consul-route53-updater" keeps the name; now 10.0.1.1, 10.0.1.2 published.`,
    instances,
    inZone: ['10.0.1.1', '10.0.1.2'],
    changeCalls: 1,
  });
  expect(await run(EVERY_MINUTE)).toMatchObject({
    outcome: 'unchanged',
    reason: undefined,
    message: 'nothing to do: 10.0.1.1, 10.0.1.2 published.',
    instances,
    inZone: ['10.0.1.1', '10.0.1.2'],
    changeCalls: 0,
  });

  for (const script of scripts) await script.exitWith(1);
  for (const node of [0, 1]) await world.shows(node, `haproxy-${node + 1}`, 'warning');
  expect(await run(EVERY_MINUTE)).toMatchObject({
    outcome: 'held',
    reason: 'no-healthy-instances',
    message:
      'none of the 2 instances of "rdsproxy" is healthy: consul-1: check "haproxy-1" is warning; consul-2: check "haproxy-2" is warning; kept 10.0.1.1, 10.0.1.2.',
    instances: [
      {
        status: 'warning',
        published: true,
        why: 'check "haproxy-1" is warning, still published (record held)',
      },
      {
        status: 'warning',
        published: true,
        why: 'check "haproxy-2" is warning, still published (record held)',
      },
    ],
    inZone: ['10.0.1.1', '10.0.1.2'],
    changeCalls: 0,
  });

  await scripts[1].exitWith(0);
  await world.shows(1, 'haproxy-2', 'passing');
  expect(await run(EVERY_MINUTE)).toMatchObject({ outcome: 'changed', inZone: ['10.0.1.2'], changeCalls: 1 });
});

it('follows a script: exit code 1 is out, 2 is out, 0 is in again', async () => {
  const script = await checkScript('haproxy');
  await world.register(0, '10.0.1.1', { Check: { ...script.check, Status: 'passing' } });
  await world.register(1, '10.0.1.2');
  const run = world.function();
  expect(await run()).toMatchObject({ outcome: 'changed', inZone: ['10.0.1.1', '10.0.1.2'] });

  await script.exitWith(1);
  await world.shows(0, 'haproxy', 'warning');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    reason: undefined,
    message: 'remove 10.0.1.1 (consul-1: check "haproxy" is warning); now 10.0.1.2 published.',
    instances: [
      { address: '10.0.1.1', status: 'warning', published: false, why: 'check "haproxy" is warning' },
      { address: '10.0.1.2', status: 'passing', published: true },
    ],
    inZone: ['10.0.1.2'],
    changeCalls: 1,
  });

  await script.exitWith(2);
  await world.shows(0, 'haproxy', 'critical');
  expect(await run()).toMatchObject({
    outcome: 'unchanged',
    instances: [
      { address: '10.0.1.1', status: 'critical', published: false, why: 'check "haproxy" is critical' },
      { address: '10.0.1.2', status: 'passing', published: true },
    ],
    inZone: ['10.0.1.2'],
    changeCalls: 0,
  });

  await script.exitWith(0);
  await world.shows(0, 'haproxy', 'passing');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    message: 'add 10.0.1.1 (consul-1: all 2 checks are passing); now 10.0.1.1, 10.0.1.2 published.',
    instances: [
      { address: '10.0.1.1', status: 'passing', published: true, why: 'all 2 checks are passing' },
      { address: '10.0.1.2', status: 'passing', published: true },
    ],
    inZone: ['10.0.1.1', '10.0.1.2'],
    changeCalls: 1,
  });
});

it('takes every check of an instance to be passing, and believes a TTL that lapsed', async () => {
  const registerWith = (TTL: string) =>
    world.register(0, '10.0.1.1', {
      Check: { CheckID: 'process', TTL: '1h', Status: 'passing' },
      Checks: [{ CheckID: 'heartbeat', TTL, Status: 'passing' }],
    });
  await registerWith('1h');
  await world.register(1, '10.0.1.2');
  const run = world.function();
  expect(await run()).toMatchObject({
    instances: [{ why: 'all 3 checks are passing' }, { why: 'all 2 checks are passing' }],
    inZone: ['10.0.1.1', '10.0.1.2'],
  });
  await registerWith('200ms');
  await world.shows(0, 'heartbeat', 'critical');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    instances: [
      { status: 'critical', published: false, why: 'check "heartbeat" is critical' },
      { status: 'passing', published: true },
    ],
    inZone: ['10.0.1.2'],
    changeCalls: 1,
  });
});

it('takes a service in maintenance mode out, and in again', async () => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  const run = world.function();
  await run();

  await world.api(0).serviceMaintenance('10.0.1.1', true, 'new disk');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    message: 'remove 10.0.1.1 (consul-1: is in maintenance mode); now 10.0.1.2 published.',
    instances: [
      { address: '10.0.1.1', status: 'maintenance', published: false, why: 'is in maintenance mode' },
      { address: '10.0.1.2', status: 'passing', published: true },
    ],
    inZone: ['10.0.1.2'],
    changeCalls: 1,
  });

  await world.api(0).serviceMaintenance('10.0.1.1', false);
  expect(await run()).toMatchObject({
    outcome: 'changed',
    instances: [
      { address: '10.0.1.1', status: 'passing', published: true },
      { address: '10.0.1.2', status: 'passing', published: true },
    ],
    inZone: ['10.0.1.1', '10.0.1.2'],
  });
});

it('takes every instance of a node in maintenance mode out, and in again', async () => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  await world.register(1, '10.0.1.3');
  const run = world.function();
  await run();

  await world.api(1).nodeMaintenance(true, 'moving');
  expect(await run()).toMatchObject({
    outcome: 'changed',
    instances: [
      { node: 'consul-1', status: 'passing', published: true },
      { node: 'consul-2', address: '10.0.1.2', status: 'maintenance', published: false },
      { node: 'consul-2', address: '10.0.1.3', status: 'maintenance', published: false },
    ],
    inZone: ['10.0.1.1'],
    changeCalls: 1,
  });

  await world.api(1).nodeMaintenance(false);
  expect(await run()).toMatchObject({
    outcome: 'changed',
    instances: [{ status: 'passing' }, { status: 'passing' }, { status: 'passing' }],
    inZone: ['10.0.1.1', '10.0.1.2', '10.0.1.3'],
  });
});

it('takes every instance of a node with a failing check of its own out', async () => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  const run = world.function();
  await run();
  await world.put('/v1/agent/check/register', {
    ID: 'disk',
    Name: 'disk space',
    TTL: '1h',
    Status: 'critical',
  });
  try {
    expect(await run()).toMatchObject({
      outcome: 'changed',
      instances: [
        { node: 'consul-1', status: 'critical', published: false, why: 'check "disk" is critical' },
        { node: 'consul-2', status: 'passing', published: true },
      ],
      inZone: ['10.0.1.2'],
      changeCalls: 1,
    });
  } finally {
    await world.put('/v1/agent/check/deregister/disk');
  }
  expect(await run()).toMatchObject({ outcome: 'changed', inZone: ['10.0.1.1', '10.0.1.2'] });
});
