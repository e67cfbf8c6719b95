import { describe, expect, it } from 'vitest';
import { route53Budget } from '../../src/pacing/route53-budget.ts';
import type { RecordStore } from '../../src/ports.ts';
import { run, type ZonePass } from '../../src/reconcile/run.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { instance, recordSetting } from '../support/records.ts';
import { scriptedSource, scriptedStore } from '../support/scripted.ts';

const records = [recordSetting({ zoneId: 'Z1' }), recordSetting({ zoneId: 'Z2' })];
const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));

const broken = (message: string): RecordStore => ({
  ...scriptedStore(fakeClock()),
  read: () => Promise.reject(new TypeError(message)),
});

/** A run over both zones with so much time, and when it settled on that clock. */
function runOn(
  clock: FakeClock,
  stores: Readonly<Record<string, RecordStore>>,
  { watchSeconds = 0, time = 64_000, action = 'apply' as 'apply' | 'plan', force = false, taken = 0 } = {},
) {
  const source = scriptedSource(clock);
  source.set(up('10.0.1.1'));
  const state = { settledAt: undefined as number | undefined };
  const passes: ZonePass[] = [];
  const deadline = new AbortController();
  const windowEnd = new AbortController();
  let count = 0;
  const budget = route53Budget();
  budget.take(0, taken);
  const running = run(
    {
      settings: { records, watchSeconds },
      ...{ source, clock, random: () => 1, nonce: () => `nonce${++count}`, budget },
      storeOf: (zoneId) => stores[zoneId] ?? broken(`no store for ${zoneId}`),
    },
    { action, force },
    { getRemainingTimeInMillis: () => time - clock.now(), windowEnd: windowEnd.signal },
    deadline.signal,
    (pass) => passes.push(pass),
  ).finally(() => {
    state.settledAt = clock.now();
  });
  running.catch(() => undefined);
  return { running, passes, source, deadline, windowEnd, settledAt: () => state.settledAt };
}
const zonesOf = (passes: readonly ZonePass[]) => passes.map(({ zoneId, wokenBy }) => [zoneId, ...wokenBy]);

describe('several zones', () => {
  it('are reconciled side by side, and none waits for another', async () => {
    const clock = fakeClock();
    const stores = { Z1: scriptedStore(clock, 500), Z2: scriptedStore(clock, 100) };
    const { running, passes, source, settledAt } = runOn(clock, stores, { watchSeconds: 20 });
    await clock.advance(10_000);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(9_999);
    expect(settledAt()).toBeUndefined();
    await clock.advance(1);
    expect(settledAt()).toBe(20_000);
    await running;
    expect(zonesOf(passes)).toEqual([
      ['Z2', 'invocation'],
      ['Z1', 'invocation'],
      ['Z2', 'change'],
      ['Z1', 'change'],
    ]);
    for (const store of Object.values(stores)) expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it('share the budget of their account', async () => {
    const clock = fakeClock();
    const stores = { Z1: scriptedStore(clock), Z2: scriptedStore(clock) };
    // 1,500 changes fit in it, of which 500 are left for what is urgent.
    const { source } = runOn(clock, stores, { taken: 850 });
    source.set(up(...Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`)));
    await clock.advance(0);
    expect(stores.Z1.published()).toHaveLength(100);
    expect(stores.Z2.published()).toEqual([]);
    await clock.advance(60_000);
    expect(stores.Z2.published()).toHaveLength(100);
  });

  it('end each by itself: what one still writes is waited for, and nothing else', async () => {
    const clock = fakeClock();
    const slow = scriptedStore(clock, 3_000);
    const quick = scriptedStore(clock);
    const { source, passes, settledAt } = runOn(clock, { Z1: slow, Z2: quick }, { watchSeconds: 20 });
    await clock.advance(19_900);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
    expect(quick.published()).toHaveLength(2);
    const before = source.reads.length;
    await clock.advance(2_000);
    expect(settledAt()).toBeUndefined();
    expect(source.reads.length).toBeLessThanOrEqual(before);
    await clock.advance(1_000);
    expect(settledAt()).toBe(22_900);
    expect(slow.published()).toHaveLength(2);
    // What took so long is confirmed, also what was written at the end.
    expect(zonesOf(passes).slice(2)).toEqual([
      ['Z1', 'slow-change'],
      ['Z2', 'change'],
      ['Z1', 'change'],
      ['Z1', 'slow-change'],
    ]);
  });

  it('that hang are given up on when there is no more time, and the others were not held up', async () => {
    const clock = fakeClock();
    const sound = scriptedStore(clock);
    const hangs = scriptedStore(clock, 3_600_000);
    const { passes, deadline, settledAt } = runOn(clock, { Z1: hangs, Z2: sound }, { watchSeconds: 20 });
    await clock.advance(30_000);
    expect(sound.published()).toEqual(['10.0.1.1']);
    expect(settledAt()).toBeUndefined();
    deadline.abort();
    await clock.advance(0);
    expect(settledAt()).toBe(30_000);
    expect(passes.map(({ zoneId, decisions }) => [zoneId, decisions[0]?.verdict])).toMatchObject([
      ['Z2', { decision: 'approve' }],
      ['Z1', { decision: 'fail', reason: 'deadline' }],
    ]);
  });
});

describe('the window of a run', () => {
  const both = (clock: FakeClock) => ({ Z1: scriptedStore(clock), Z2: scriptedStore(clock) });

  it.each([
    ['as long as is set', { watchSeconds: 20 }, 20_000],
    [
      'shorter where Lambda leaves less time, so that a last change can be made',
      { watchSeconds: 90 },
      59_000,
    ],
    ['none where it is 0', { watchSeconds: 0 }, 0],
    ['none where there is no time for one', { watchSeconds: 20, time: 5_000 }, 0],
    ['none for a plan', { watchSeconds: 20, action: 'plan' as const }, 0],
    ['none where an operator forces it', { watchSeconds: 20, force: true }, 0],
  ])('is %s', async (_, options, end) => {
    const clock = fakeClock();
    const { passes, settledAt } = runOn(clock, both(clock), options);
    await clock.advance(100_000);
    expect(settledAt()).toBe(end);
    expect(passes).toHaveLength(2);
  });

  it('may be ended early', async () => {
    const clock = fakeClock();
    const { windowEnd, settledAt } = runOn(clock, both(clock), { watchSeconds: 20 });
    await clock.advance(5_000);
    windowEnd.abort();
    await clock.advance(0);
    expect(settledAt()).toBe(5_000);
    expect(clock.sleepers).toBe(0);
  });
});

describe('a fault of ours in one zone', () => {
  it('lets the others finish, and is thrown then', async () => {
    const clock = fakeClock();
    const sound = scriptedStore(clock, 1_000);
    const { running, settledAt } = runOn(clock, { Z1: broken('undefined is not a function'), Z2: sound });
    await clock.advance(500);
    expect(settledAt()).toBeUndefined();
    await clock.advance(500);
    await expect(running).rejects.toThrow(new TypeError('undefined is not a function'));
    expect(sound.published()).toEqual(['10.0.1.1']);
  });

  it('does not hide that of another', async () => {
    const { running } = runOn(fakeClock(), { Z1: broken('one'), Z2: broken('two') });
    const error: unknown = await running.catch((caught) => caught);
    expect(error).toMatchObject({ name: 'AggregateError', message: 'TypeError: one; TypeError: two' });
  });
});
