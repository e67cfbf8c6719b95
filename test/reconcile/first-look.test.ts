import { describe, expect, it } from 'vitest';
import type { HealthSource } from '../../src/ports.ts';
import { startLoop } from '../support/loop.ts';
import { instance, recordSetting } from '../support/records.ts';
import { held, type ScriptedSource } from '../support/scripted.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const records = [recordSetting(), recordSetting({ service: 'web', name: 'web.corp.internal' })];

/** Both services answer after a while, or never. */
const answersAfter =
  (delays: Readonly<Record<string, number>>) =>
  (source: ScriptedSource, clock: { sleep: (time: number, signal: AbortSignal) => Promise<void> }) => ({
    read: (async (query, signal, blocking) => {
      const reading = source.read(query, signal, blocking);
      if (blocking) return await reading;
      const delay = delays[query.service] ?? Number.POSITIVE_INFINITY;
      await (Number.isFinite(delay) ? clock.sleep(delay, signal) : held(signal));
      return await reading;
    }) satisfies HealthSource['read'],
  });

describe('the first look at the zone', () => {
  it.each([
    ['waits for the last service', { rdsproxy: 10, web: 60 }, 60],
    ['waits no longer than a tenth of a second', { rdsproxy: 10, web: 4_000 }, 100],
    ['waits no longer for what hangs', { rdsproxy: 10 }, 100],
  ])('%s', async (_, delays, at) => {
    const { clock, store, source, applied } = await startLoop({
      instances: up('10.0.1.1'),
      records,
      watched: answersAfter(delays),
    });
    // Consul is asked before that.
    expect(source.reads.map((read) => read.at)).toEqual([0, 0]);
    await clock.advance(at - 1);
    expect(store.calls).toEqual([]);
    await clock.advance(1);
    expect(store.calls.map((call) => [call.kind, call.at])).toEqual([
      ['zone', at],
      ['read', at],
    ]);
    // Another writer may have written by then, so that Consul is asked again where there is something to do.
    await clock.advance(10);
    expect(applied()).toEqual([at + 10]);
  });

  it('is what blocking queries wait for', async () => {
    const { clock, source } = await startLoop({
      instances: up('10.0.1.1'),
      before: ({ store, clock }) => {
        const { read } = store;
        store.read = async (names, signal) => {
          await clock.sleep(700, signal);
          return await read(names, signal);
        };
      },
    });
    await clock.advance(699);
    expect(source.reads.filter(({ blocking }) => blocking)).toEqual([]);
    await clock.advance(1);
    expect(source.reads.filter(({ blocking }) => blocking).map(({ at }) => at)).toEqual([700]);
  });

  it('does not wait where there is no more time', async () => {
    const { clock, deadline, endedAt, passes } = await startLoop({ records, watched: answersAfter({}) });
    await clock.advance(30);
    deadline.abort();
    await clock.advance(0);
    expect(endedAt()).toBe(30);
    expect(passes).toMatchObject([
      { decisions: [{ verdict: { reason: 'deadline' } }, { verdict: { reason: 'deadline' } }] },
    ]);
    expect(clock.sleepers).toBe(0);
  });
});
