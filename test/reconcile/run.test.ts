import { describe, expect, it } from 'vitest';
import type { RecordStore } from '../../src/ports.ts';
import { type RunPass, run } from '../../src/reconcile/run.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { instance, recordSetting } from '../support/records.ts';
import { scriptedSource, scriptedStore } from '../support/scripted.ts';

const records = [recordSetting({ zoneId: 'Z1' }), recordSetting({ zoneId: 'Z2' })];

const broken = (message: string): RecordStore => ({
  ...scriptedStore(fakeClock()),
  read: () => Promise.reject(new TypeError(message)),
});

/** A run over both zones with a minute's time, and when it settled on that clock. */
function runOn(clock: FakeClock, stores: Readonly<Record<string, RecordStore>>, watchSeconds = 0) {
  const source = scriptedSource(clock);
  source.set([instance('10.0.1.1')]);
  const state = { settledAt: undefined as number | undefined };
  const passes: RunPass[] = [];
  const running = run(
    {
      settings: { records, watchSeconds },
      ...{ source, clock, random: () => 1 },
      storeOf: (zoneId) => stores[zoneId] ?? broken(`no store for ${zoneId}`),
    },
    { action: 'apply', force: false },
    { getRemainingTimeInMillis: () => 64_000 - clock.now() },
    new AbortController().signal,
    (pass) => passes.push(pass),
  ).finally(() => {
    state.settledAt = clock.now();
  });
  running.catch(() => undefined);
  return { running, passes, source, settledAt: () => state.settledAt };
}

describe('the windows of several zones', () => {
  it('end together, as long after the first pass of the quickest as is set', async () => {
    const clock = fakeClock();
    const stores = { Z1: scriptedStore(clock, 500), Z2: scriptedStore(clock, 100) };
    const { running, passes, source, settledAt } = runOn(clock, stores, 20);
    await clock.advance(10_000);
    source.set([instance('10.0.1.1'), instance('10.0.1.2')]);
    await clock.advance(10_099);
    expect(settledAt()).toBeUndefined();
    await clock.advance(10);
    expect(settledAt()).toBe(20_100);
    await running;
    expect(passes.slice(-2).map(({ decisions }) => decisions[0]?.lines[0]?.desired?.length)).toEqual([2, 2]);
    expect(passes.map(({ zoneId, wokenBy }) => [zoneId, ...wokenBy])).toEqual([
      ['Z2', 'invocation'],
      ['Z1', 'invocation'],
      ['Z2', 'change'],
      ['Z1', 'change'],
    ]);
  });

  it.each([
    ['in its first pass', 60_000, 20_100],
    ['in its last change', 100, 20_100],
  ])('do not wait for one that is busy %s', async (_, latency, end) => {
    const clock = fakeClock();
    const slow = scriptedStore(clock, latency);
    const stores = { Z1: slow, Z2: scriptedStore(clock, 100) };
    const { running, source, settledAt } = runOn(clock, stores, 20);
    await clock.advance(end - 10);
    if (latency === 100) {
      slow.apply = (_changes, signal) =>
        clock.sleep(60_000, signal).then(() => Promise.reject(signal.reason));
      source.set([instance('10.0.1.1'), instance('10.0.1.2')]);
    }
    await clock.advance(809);
    expect(settledAt()).toBeUndefined();
    await clock.advance(2);
    expect(settledAt()).toBe(end + 800);
    await running.catch(() => undefined);
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
