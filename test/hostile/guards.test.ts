import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import { NAME, records, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { type BuiltFunction, startBuiltFunction } from './built-function.ts';

// The guards as they are deployed: the built function, over HTTP, in an open window.
let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const METADATA = '169.254.169.254';
const FIVE = ['10.0.1.1', '10.0.1.2', '10.0.2.1', '10.0.2.2', '10.0.2.3'];
const eight = Array.from({ length: 8 }, (_, index) => `10.0.1.${index + 1}`);
const TIME = 120_000;

async function startFunction(env: Readonly<Record<string, string>> = {}): Promise<BuiltFunction> {
  const built = await startBuiltFunction({
    ROUTE53_URL: stack.route53.url,
    CONSUL_HTTP_ADDR: stack.consul.agents[0]?.url ?? '',
    HOSTED_ZONE_ID: stack.zone.id,
    RECORDS: records({}),
    WATCH_SECONDS: '600',
    ...env,
  });
  onTestFinished(() => built.close());
  return built;
}

/** Opens a window, whose report `end` brings. */
async function openWindow(env: Readonly<Record<string, string>> = {}) {
  const built = await startFunction(env);
  const report = built.invoke({ event: {}, time: TIME });
  // A test that fails ends the process.
  report.catch(() => undefined);
  return {
    async end() {
      built.end();
      return (await report).report;
    },
  };
}

const register = async (addresses: readonly string[], status: CheckStatus = 'passing') => {
  for (const address of addresses) await stack.register(address, status);
};
const deregister = async (...addresses: readonly string[]) => {
  for (const address of addresses) await stack.agent.deregister(`rdsproxy-${address}`);
};
const published = (addresses: readonly string[]) =>
  until(() => stack.published().join() === [...addresses].sort().join(), {
    what: `${addresses.join()} published`,
    within: 20_000,
  });

/** The window has acted on all that was told to Consul once it has published an address that came after it. */
async function settled(marker: string, others: readonly string[]): Promise<void> {
  await register([marker]);
  await published([...others, marker]);
}

describe('three rogue registrations that are cleaned up', () => {
  it('do not keep a node that fails, and go when an operator says so, also in the open window', async () => {
    await register(FIVE);
    const window = await openWindow();
    await published(FIVE);
    // What goes first may be believed, as it leaves more than half.
    await deregister('10.0.2.1', '10.0.2.2', '10.0.2.3');
    await stack.setStatus('10.0.1.2', 'critical');
    await until(() => !stack.published().includes('10.0.1.2'), { what: 'it leaves', within: 20_000 });
    expect(stack.published()).toEqual(expect.arrayContaining(['10.0.1.1', '10.0.2.3']));
    const operator = await startFunction({ WATCH_SECONDS: '0' });
    const forced = await operator.invoke({ event: { action: 'apply', force: true }, time: TIME });
    expect(forced.report).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1']);
    await settled('10.0.1.7', ['10.0.1.1']);
    expect(await window.end()).toMatchObject({ records: [{ published: ['10.0.1.1', '10.0.1.7'] }] });
  });
});

describe('what somebody wrote into the zone that may never be there', () => {
  it('leaves, whatever is held', async () => {
    await register(FIVE);
    const once = await startFunction({ WATCH_SECONDS: '0' });
    await once.invoke({ event: {}, time: TIME });
    stack.put(`consul/rdsproxy/${METADATA}`, METADATA, 5);
    await deregister(...FIVE);
    expect((await once.invoke({ event: {}, time: TIME })).report).toMatchObject({
      outcome: 'held',
      records: [{ reason: 'no-healthy-instances' }],
    });
    expect(stack.published()).toEqual(FIVE);
  });

  it('leaves with simple routing, too', async () => {
    await register(['10.0.1.1']);
    const once = await startFunction({ RECORDS: records({ routing: 'simple' }), WATCH_SECONDS: '0' });
    await once.invoke({ event: {}, time: TIME });
    stack.zone.put({ name: NAME, type: 'A', ttl: 5, values: ['10.0.1.1', METADATA] });
    await deregister('10.0.1.1');
    await once.invoke({ event: {}, time: TIME });
    expect(stack.published()).toEqual(['10.0.1.1']);
  });
});

it('a check that flaps does not hide that the others vanish piece by piece', async () => {
  const flapping = '10.0.1.8';
  await register(eight);
  const window = await openWindow();
  await published(eight);
  for (let left = 6; left >= 1; left--) {
    await deregister(`10.0.1.${left + 1}`);
    await stack.setStatus(flapping, 'critical');
    await until(() => !stack.published().includes(flapping), { what: 'it leaves', within: 20_000 });
    await stack.setStatus(flapping, 'passing');
    await until(() => stack.published().includes(flapping), { what: 'it is back', within: 20_000 });
  }
  // Two are left, and at least half of the eight are published: what vanished last is held.
  expect(stack.published()).toEqual(expect.arrayContaining(['10.0.1.1', '10.0.1.2', flapping]));
  expect(stack.published().length).toBeGreaterThanOrEqual(4);
  expect(await window.end()).toMatchObject({ records: [{ outcome: 'held', reason: 'vanished' }] });
});

it('the registration that has no room waits, and what fails leaves and makes room', async () => {
  const many = Array.from({ length: 101 }, (_, index) => `10.0.3.${100 + index}`);
  await register(many);
  const window = await openWindow();
  await published(many.slice(0, 100));
  await stack.setStatus('10.0.3.100', 'critical');
  await published(many.slice(1));
  const report = await window.end();
  expect(report).toMatchObject({ outcome: 'changed' });
});

it("an address of AWS's own services, or one that hides another, is not published", async () => {
  await register(['fd00:ec2::254', '64:ff9b::a00:1', '::ffff:169.254.169.254', 'fd00::1']);
  const once = await startFunction({ WATCH_SECONDS: '0' });
  const { report } = await once.invoke({ event: {}, time: TIME });
  expect(report).toMatchObject({ records: [{ reason: 'address-not-allowed', notAllowed: 3 }] });
  expect(stack.published()).toEqual(['fd00::1']);
});

it('an address that changes twenty times a second costs a few batches', async () => {
  await register(['10.0.1.1']);
  const window = await openWindow();
  await published(['10.0.1.1']);
  const before = stack.changeCalls();
  const began = performance.now();
  for (let turn = 0; turn < 60; turn++) {
    await register([`10.0.4.${turn}`]);
    if (turn > 0) await deregister(`10.0.4.${turn - 1}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Of those that came and went, one may be held.
  await until(() => ['10.0.1.1', '10.0.4.59'].every((address) => stack.published().includes(address)), {
    ...{ what: 'the last one published', within: 20_000 },
  });
  const seconds = (performance.now() - began) / 1_000;
  // Fifteen at once and four a second, and some that something must leave for, in place of sixty twice.
  expect(stack.changeCalls() - before).toBeLessThanOrEqual(15 + 5 * seconds + 5);
  await window.end();
});
