import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import type { HealthSource } from '../../src/ports.ts';
import { type LoopOptions, settledLoop } from '../support/loop.ts';
import { instance, recordSetting, ZONE } from '../support/records.ts';
import { held, type ScriptedSource, type ScriptedStore } from '../support/scripted.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');
const rdsproxy = recordSetting();
const web = recordSetting({ service: 'web', name: 'web.corp.internal' });

/** Another writer of the same owner leaves its revision in the zone. */
function strike(store: ScriptedStore, number = 9) {
  const revision = revisionSet(ZONE, 'test', number, 'another');
  store.sets = [...store.sets.filter(({ name }) => name !== revision.name), revision];
}

/** How Consul answers who does not wait for a change, once a loop is settled. */
type Answering = (signal: AbortSignal, service: string) => Promise<unknown>;

/** A settled loop in which a change of rdsproxy met another writer, so that Consul is asked again. */
async function askingLoop(answering: Answering, options: LoopOptions = {}) {
  const state = { isSettled: false, answering };
  const loop = await settledLoop({
    instances: up('10.0.1.1'),
    records: [rdsproxy, web],
    ...options,
    watched: (source: ScriptedSource): HealthSource => ({
      async read(query, signal, blocking) {
        if (state.isSettled && !blocking) await state.answering(signal, query.service);
        return await source.read(query, signal, blocking);
      },
    }),
  });
  state.isSettled = true;
  const { clock, source, store } = loop;
  const change = async () => {
    store.beforeApply(() => strike(store));
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(100);
  };
  return { ...loop, state, change, at: addressesAt(store) };
}

/** Tells how many addresses are published at a name. */
const addressesAt = (store: ScriptedStore) => (name: string) =>
  store.sets.filter((set) => set.name === name && set.type === 'A').length;

/** Only rdsproxy is not answered. */
const rdsproxyHangs: Answering = async (signal, service) => service === 'rdsproxy' && (await held(signal));

describe('a service that is asked again', () => {
  it('and hangs delays no other one', async () => {
    const { clock, source, at, change, applied } = await askingLoop(rdsproxyHangs);
    await change();
    expect(at(rdsproxy.name)).toBe(1);
    await clock.advance(900);
    const before = applied().length;
    source.set(up('10.0.1.1', '10.0.1.3'), 'web');
    await clock.advance(0);
    expect(at(web.name)).toBe(2);
    expect(applied().slice(before)).toEqual([2_000]);
    expect(at(rdsproxy.name)).toBe(1);
  });

  it('goes on as soon as it answers, and its reaction counts from the change', async () => {
    const { clock, at, passes, change } = await askingLoop((signal) => clock.sleep(400, signal));
    await change();
    expect(passes).toEqual([]);
    await clock.advance(400);
    expect(at(rdsproxy.name)).toBe(2);
    expect(passes).toMatchObject([{ wokenBy: ['change'], reaction: 425 }]);
  });

  it('and hangs is not waited for once the watch has asked and heard of more', async () => {
    const { clock, source, at, change, state } = await askingLoop(rdsproxyHangs, { latency: 5 });
    await change();
    state.answering = () => expect.unreachable();
    // The watch had asked this before the other writer was known.
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3'));
    await clock.advance(100);
    expect(at(rdsproxy.name)).toBe(1);
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'));
    await clock.advance(5);
    expect(at(rdsproxy.name)).toBe(4);
  });

  it('and fails is held, says why, and is asked again after a while', async () => {
    const { clock, at, passes, state, change } = await askingLoop(() => Promise.reject(lost));
    await change();
    expect(passes).toMatchObject([
      { wokenBy: ['source-lost'], decisions: [{ verdict: { reason: 'source-unavailable' } }] },
    ]);
    state.answering = () => Promise.resolve();
    await clock.advance(1_000);
    expect(passes.slice(1)).toMatchObject([{ wokenBy: ['retry'] }]);
    expect(at(rdsproxy.name)).toBe(2);
  });

  it('is waited for by the end of the window', async () => {
    const { clock, at, change, done, endedAt } = await askingLoop((signal) => clock.sleep(3_000, signal), {
      length: 3_000,
    });
    await clock.advance(1_950);
    await change();
    expect(endedAt()).toBeUndefined();
    await clock.advance(3_000);
    await done;
    expect(at(rdsproxy.name)).toBe(2);
  });

  it('is asked once more at the end where another writer was met since it was asked', async () => {
    const asked: number[] = [];
    const quick = new Set(['web']);
    const { clock, source, store, at, change, done } = await askingLoop(
      async (signal, service) => {
        if (service === 'rdsproxy') asked.push(clock.now());
        if (!quick.has(service)) await clock.sleep(3_000, signal);
      },
      { length: 3_000 },
    );
    await change();
    source.set(up('10.0.1.1', '10.0.1.3'), 'web');
    await clock.advance(100);
    quick.clear();
    store.beforeApply(() => strike(store, 10));
    source.set(up('10.0.1.1', '10.0.1.3', '10.0.1.4'), 'web');
    await clock.advance(10_000);
    await done;
    expect([at(rdsproxy.name), at(web.name)]).toEqual([2, 3]);
    // The other writer was met at 1,200, while the first of them was on its way.
    expect(asked).toEqual([1_025, 4_225]);
  });

  it('is an error where that breaks, and ends the loop', async () => {
    const { clock, change, done } = await askingLoop(() => Promise.reject(new TypeError('a bug')));
    await change();
    await expect(done).rejects.toThrow('a bug');
    expect(clock.sleepers).toBe(0);
  });
});

describe('an answer that was on its way while another writer acted', () => {
  it('is asked for again, also where we have written another name since', async () => {
    const news = { arrive: () => {} };
    const arrived = new Promise<void>((resolve) => {
      news.arrive = resolve;
    });
    let isSettled = false;
    const { clock, source, store, passes } = await settledLoop({
      instances: up('10.0.1.1'),
      records: [rdsproxy, web],
      watched: (own) => ({
        async read(query, signal, blocking) {
          if (query.service === 'web') return await own.read(query, signal, blocking);
          const failing = [...up('10.0.1.1'), instance('10.0.1.2', 'critical')];
          if (isSettled && !blocking) return { instances: failing, index: 60 };
          if (!blocking) return { instances: up('10.0.1.1'), index: 40 };
          if (blocking.index >= 50) return await held(signal);
          await arrived;
          return { instances: up('10.0.1.1', '10.0.1.2'), index: 50 };
        },
      }),
    });
    isSettled = true;
    store.beforeApply(() => strike(store));
    source.set(up('10.0.1.1', '10.0.1.3'), 'web');
    await clock.advance(200);
    expect(addressesAt(store)(web.name)).toBe(2);
    news.arrive();
    await clock.advance(200);
    const written = store.calls.flatMap(({ changes }) => changes ?? []).map(({ set }) => set.values.join());
    expect(written).not.toContain('10.0.1.2');
    expect(passes.at(-1)?.decisions[0]?.instances).toMatchObject([{}, { decision: 'unhealthy' }]);
  });
});
