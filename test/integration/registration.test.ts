import { describe, expect, it } from 'vitest';
import { EVERY_MINUTE } from '../support/stack.ts';
import { records, useWorld } from './support.ts';

// Who is registered, where, and under which name.
const world = useWorld();

describe('a deregistered instance', () => {
  it('leaves the record when it is one of two', async () => {
    await world.register(0, '10.0.1.1');
    await world.register(1, '10.0.1.2');
    const run = world.function();
    await run();
    await world.api(1).deregister('10.0.1.2');
    expect(await run()).toMatchObject({
      outcome: 'changed',
      reason: undefined,
      message: 'remove 10.0.1.2 (no longer registered); now 10.0.1.1 published.',
      instances: [{ address: '10.0.1.1', status: 'passing', published: true }],
      inZone: ['10.0.1.1'],
      changeCalls: 1,
    });
  });

  it('stays while no other is left: the record is held', async () => {
    await world.register(0, '10.0.1.1');
    await world.register(1, '10.0.1.2');
    const run = world.function();
    await run();
    await world.api(0).deregister('10.0.1.1');
    await world.api(1).deregister('10.0.1.2');
    for (const event of [EVERY_MINUTE, { action: 'apply', force: true }]) {
      expect(await run(event)).toMatchObject({
        outcome: 'held',
        reason: 'no-healthy-instances',
        message:
          '"rdsproxy" has no instances in Consul, or none that the token may read; kept 10.0.1.1, 10.0.1.2.',
        instances: [],
        inZone: ['10.0.1.1', '10.0.1.2'],
        changeCalls: 0,
      });
    }
  });

  it('stays while most of them vanished at once, until force says that it is meant', async () => {
    const [first, ...others] = ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'] as const;
    await world.register(0, first);
    for (const address of others) await world.register(1, address);
    const run = world.function();
    await run();
    for (const address of others) await world.api(1).deregister(address);
    expect(await run(EVERY_MINUTE)).toMatchObject({
      outcome: 'held',
      reason: 'vanished',
      message: expect.stringMatching(
        /^10\.0\.1\.2, 10\.0\.1\.3, 10\.0\.1\.4 are published but no longer registered in Consul as "rdsproxy", which would leave 1 of 4; .*; kept 10\.0\.1\.1, 10\.0\.1\.2, 10\.0\.1\.3, 10\.0\.1\.4\.$/,
      ),
      instances: [{ address: first, status: 'passing', published: true, why: 'all 2 checks are passing' }],
      inZone: [first, ...others],
      // Since when they are gone is noted, once.
      changeCalls: 1,
    });
    expect(await run(EVERY_MINUTE)).toMatchObject({ reason: 'vanished', changeCalls: 0 });
    expect(await run({ action: 'apply', force: true })).toMatchObject({
      outcome: 'changed',
      instances: [{ address: first, status: 'passing', published: true }],
      inZone: [first],
      changeCalls: 1,
    });
    expect(await run(EVERY_MINUTE)).toMatchObject({ outcome: 'unchanged', changeCalls: 0 });
  });

  it('leaves when most of them fail their checks instead: that is believed', async () => {
    const [first, ...others] = ['10.0.1.1', '10.0.1.2', '10.0.1.3'] as const;
    await world.register(0, first);
    for (const address of others) await world.register(1, address);
    const run = world.function();
    await run();
    for (const address of others) await world.api(1).setStatus(`check-${address}`, 'critical');
    expect(await run()).toMatchObject({
      outcome: 'changed',
      instances: [
        { address: first, status: 'passing', published: true },
        { address: others[0], status: 'critical', published: false },
        { address: others[1], status: 'critical', published: false },
      ],
      inZone: [first],
      changeCalls: 1,
    });
  });
});

describe('an address', () => {
  it("is the node's where the service has none, if allowedCidrs names its range", async () => {
    await world.register(0, '', { ID: 'on-1' });
    await world.register(1, '', { ID: 'on-2' });
    const addresses = world.consul.agents.map(({ address }) => address).sort();

    const first = world.consul.agents[0]?.address;
    const refused = await world.function()();
    expect(refused).toMatchObject({
      outcome: 'held',
      reason: 'address-not-allowed',
      instances: [{ node: 'consul-1', address: first, status: 'passing', published: false }, {}],
      inZone: [],
      changeCalls: 0,
    });
    expect(refused.message).toContain(
      `${first} is a loopback address, which is published only if allowedCidrs names its range`,
    );

    expect(await world.function(records({ allowedCidrs: ['127.0.0.0/8'] }))()).toMatchObject({
      outcome: 'changed',
      reason: undefined,
      instances: [
        { node: 'consul-1', address: first, status: 'passing', published: true },
        { node: 'consul-2', status: 'passing', published: true },
      ],
      inZone: addresses,
      changeCalls: 1,
    });
  });

  it('follows an instance that registers itself anew at another one', async () => {
    await world.register(0, '10.0.1.1', { ID: 'proxy' });
    await world.register(1, '10.0.1.2');
    const run = world.function();
    await run();
    await world.register(0, '10.0.1.9', { ID: 'proxy' });
    expect(await run()).toMatchObject({
      outcome: 'changed',
      instances: [
        { node: 'consul-1', address: '10.0.1.9', published: true },
        { node: 'consul-2', address: '10.0.1.2', published: true },
      ],
      inZone: ['10.0.1.2', '10.0.1.9'],
      changeCalls: 1,
    });
  });
});

describe('the instances asked for', () => {
  it('are those with the tag of the record', async () => {
    await world.register(0, '10.0.1.1', { Tags: ['reader', 'blue'] });
    await world.register(1, '10.0.1.2', { Tags: ['writer'] });
    await world.register(1, '10.0.1.3');
    expect(await world.function(records({ tag: 'reader' }))()).toMatchObject({
      outcome: 'changed',
      instances: [{ address: '10.0.1.1', status: 'passing', published: true }],
      inZone: ['10.0.1.1'],
    });
    expect(await world.function(records({ tag: 'green' }))()).toMatchObject({
      outcome: 'held',
      reason: 'no-healthy-instances',
      instances: [],
      inZone: ['10.0.1.1'],
      changeCalls: 0,
    });
  });

  it('are none where nobody has the service: what is published at its name is kept', async () => {
    expect(await world.function(records({ service: 'unheard-of' }))(EVERY_MINUTE)).toMatchObject({
      outcome: 'held',
      reason: 'unknown-service',
      message:
        '"unheard-of" has no instances in Consul, or none that the token may read, and never had one at this name; nothing is published yet, and nothing was changed.',
      instances: [],
      inZone: [],
      changeCalls: 0,
    });
  });

  it('are found whatever the case of the name, as Consul finds them', async () => {
    await world.register(0, '10.0.1.1', { Name: 'RdsProxy' });
    await world.register(1, '10.0.1.2');
    expect(await world.function()()).toMatchObject({
      outcome: 'changed',
      reason: undefined,
      instances: [
        { address: '10.0.1.1', published: true },
        { address: '10.0.1.2', published: true },
      ],
      inZone: ['10.0.1.1', '10.0.1.2'],
    });
  });

  it('are looked for in the datacenter of the record: one that Consul does not know holds it', async () => {
    await world.register(0, '10.0.1.1');
    expect(await world.function(records({ datacenter: 'dc1' }))()).toMatchObject({ inZone: ['10.0.1.1'] });
    const ran = await world.function(records({ datacenter: 'dc9' }))();
    expect(ran).toMatchObject({
      outcome: 'held',
      reason: 'source-unavailable',
      instances: [],
      inZone: ['10.0.1.1'],
      changeCalls: 0,
    });
    expect(ran.message).toContain('answered HTTP 500: No path to datacenter');
  });
});
