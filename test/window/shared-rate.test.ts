import { describe, expect, it } from 'vitest';
import { tokenBucket } from '../../src/pacing/token-bucket.ts';
import { update } from '../../src/reconcile/update.ts';
import { watch } from '../../src/reconcile/window.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { instance, recordSetting } from '../support/records.ts';
import { scriptedSource, scriptedStore } from '../support/scripted.ts';

/** Two windows of one account, each with a Consul of its own so that they can be told different things. */
async function openTwo(rate: { readonly burst: number; readonly every: number }) {
  const clock = fakeClock();
  const shared = tokenBucket(rate);
  const deadline = new AbortController();
  const opening = Promise.all(
    ['Z1', 'Z2'].map(async (zoneId) => {
      const ports = { source: scriptedSource(clock), store: scriptedStore(clock) };
      ports.source.set([instance('10.0.1.1')]);
      const records = [recordSetting({ zoneId })];
      const options = { action: 'apply', force: false, signal: deadline.signal } as const;
      const first = await update(records, ports, options);
      const passes: number[] = [];
      const done = watch(records, ports, first, {
        length: 60_000,
        signal: deadline.signal,
        ...{ rate: shared, clock, random: () => 0.5 },
        onPass: () => void passes.push(clock.now()),
      });
      return { ...ports, passes, done };
    }),
  );
  await clock.advance(0);
  const zones = await opening;
  await clock.advance(0);
  const [busy, quiet] = zones;
  if (!busy || !quiet) throw new Error('two zones');
  const flap = (turn: number) =>
    busy.source.set([instance('10.0.1.1'), instance('10.0.1.2', turn % 2 === 0 ? 'passing' : 'critical')]);
  return {
    clock,
    busy,
    quiet,
    flap,
    close: async () => {
      deadline.abort();
      await Promise.all(zones.map(({ done }) => done));
    },
  };
}

describe('the rate of passes, which the zones of an invocation share', () => {
  it('does not let a zone that never rests starve another', async () => {
    const { clock, busy, quiet, flap, close } = await openTwo({ burst: 1, every: 1_000 });
    for (let turn = 0; turn < 100; turn++) {
      flap(turn);
      await clock.advance(100);
    }
    expect(busy.passes.length).toBeGreaterThan(5);
    const told = clock.now();
    quiet.source.set([instance('10.0.1.1'), instance('10.0.1.9')]);
    for (let turn = 0; quiet.passes.length === 0 && turn < 100; turn++) {
      flap(turn);
      await clock.advance(100);
    }
    // At the latest after the turn that the other one already had, and its own.
    expect((quiet.passes[0] ?? Number.POSITIVE_INFINITY) - told).toBeLessThanOrEqual(2_000);
    expect(quiet.store.published()).toEqual(['10.0.1.1', '10.0.1.9']);
    await close();
  });

  it('is that of one account', async () => {
    const { clock, busy, quiet, flap, close } = await openTwo({ burst: 2, every: 1_000 });
    const before = clock.now();
    for (let turn = 0; turn < 100; turn++) {
      flap(turn);
      quiet.source.set([instance('10.0.1.1'), instance('10.0.1.9', turn % 2 === 0 ? 'passing' : 'critical')]);
      await clock.advance(100);
    }
    const seconds = (clock.now() - before) / 1_000;
    expect(busy.passes.length + quiet.passes.length).toBeLessThanOrEqual(2 + seconds);
    expect(Math.abs(busy.passes.length - quiet.passes.length)).toBeLessThanOrEqual(1);
    await close();
  });
});
