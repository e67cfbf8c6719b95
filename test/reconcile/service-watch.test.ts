import { afterEach, describe, expect, it } from 'vitest';
import { DeadlineError, SourceError } from '../../src/errors.ts';
import type { HealthSource, ServiceReading } from '../../src/ports.ts';
import { type Sighting, watchService } from '../../src/reconcile/service-watch.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { instance } from '../support/records.ts';
import { answeringSource, held, scriptedSource } from '../support/scripted.ts';

const one = [instance('10.0.1.1')];
const two = [instance('10.0.1.1'), instance('10.0.1.2')];
const lost = new SourceError({ reason: 'source-unavailable' }, 'Consul refused the connection');

const closing: AbortController[] = [];
afterEach(() => {
  for (const controller of closing.splice(0)) controller.abort();
});

/** A watch that goes on from one instance at index 10, unless told otherwise. */
function start(
  clock: FakeClock,
  source: HealthSource,
  { last = { instances: one, index: 10 }, luck = 0 }: { last?: ServiceReading | Error; luck?: number } = {},
) {
  const controller = new AbortController();
  closing.push(controller);
  const seen: { at: number; sighting: Sighting }[] = [];
  const done = watchService(
    { source, clock, random: () => luck },
    { service: 'rdsproxy' },
    last,
    controller.signal,
    (sighting) => void seen.push({ at: clock.now(), sighting }),
  );
  return { seen, done, stop: () => controller.abort() };
}

const indexes = (source: { reads: readonly { blocking: { index: number } | undefined }[] }) =>
  source.reads.map(({ blocking }) => blocking?.index);

describe('the index', () => {
  it('goes on from what is known already, and then from each answer', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: two, index: 11 }, { instances: one, index: 15 }, held);
    const { seen } = start(clock, source);
    await clock.advance(0);
    expect(indexes(source)).toEqual([10, 11, 15]);
    expect(seen.map(({ sighting }) => sighting)).toEqual([
      { instances: two, index: 11 },
      { instances: one, index: 15 },
    ]);
  });

  it('starts anew where it goes backwards', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: two, index: 3 }, { instances: two, index: 4 }, held);
    const { seen } = start(clock, source);
    await clock.advance(100);
    expect(indexes(source)).toEqual([10, undefined, 4]);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['missing, from the start', undefined],
    ['missing, after one that could be used', 10],
  ])('is polled once a second where it is %s', async (_, index) => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one });
    const { seen } = start(clock, source, { last: { instances: one, ...(index && { index }) } });
    await clock.advance(10_000);
    expect(indexes(source)).toEqual([index, ...Array(10).fill(undefined)]);
    expect(source.reads.map(({ at }) => at)).toEqual(
      Array.from({ length: 11 }, (_, second) => second * 1_000),
    );
    expect(seen).toEqual([]);
  });

  it('is waited for again once there is one', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one }, { instances: one, index: 20 }, held);
    start(clock, source);
    await clock.advance(2_000);
    expect(indexes(source)).toEqual([10, undefined, 20]);
  });
});

describe('a wake-up without change', () => {
  it('reports nothing and makes no busy loop, however often Consul wakes it', async () => {
    const clock = fakeClock();
    let index = 10;
    const source = answeringSource(clock, async () => ({ instances: one, index: ++index }));
    const { seen } = start(clock, source);
    await clock.advance(1_000);
    expect(seen).toEqual([]);
    expect(source.reads.length).toBeGreaterThan(10);
    expect(source.reads.length).toBeLessThanOrEqual(51);
  });

  it('is what the end of the wait brings, a few times a minute', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    start(clock, source, { last: { instances: one, index: 2 } });
    await clock.advance(60_000);
    expect(source.reads.length).toBeLessThanOrEqual(7);
  });
});

describe('a source that is lost', () => {
  it('is tried again at growing intervals up to two seconds, with jitter, and without blocking', async () => {
    for (const [luck, factor] of [
      [0, 0.5],
      [1, 1],
    ] as const) {
      const clock = fakeClock();
      const source = answeringSource(clock, lost);
      start(clock, source, { luck });
      await clock.advance(12_000);
      const at = source.reads.map((read) => read.at);
      const pauses = at.slice(1, 8).map((time, index) => time - (at[index] ?? 0));
      expect(pauses).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000].map((most) => most * factor));
      expect(new Set(indexes(source).slice(1))).toEqual(new Set([undefined]));
    }
  });

  it('is reported once, and again for each new reason', async () => {
    const clock = fakeClock();
    const suspect = new SourceError({ reason: 'source-suspect', cause: 'no-leader' }, 'Consul has no leader');
    const source = answeringSource(clock, lost, lost, lost, suspect, suspect, held);
    const { seen } = start(clock, source);
    await clock.advance(10_000);
    expect(seen.map(({ sighting }) => sighting)).toEqual([lost, suspect]);
  });

  it('is reported when it is back, changed or not', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, lost, { instances: one, index: 10 }, held);
    const { seen } = start(clock, source);
    await clock.advance(1_000);
    expect(seen.map(({ sighting }) => sighting)).toEqual([lost, { instances: one, index: 10 }]);
    expect(indexes(source)).toEqual([10, undefined, 10]);
  });

  it('starts with a short pause where it was lost before the watch, and is not reported twice', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, lost, lost, { instances: two, index: 3 }, held);
    const { seen } = start(clock, source, { last: lost });
    await clock.advance(0);
    expect(source.reads).toEqual([]);
    await clock.advance(1_000);
    expect(seen.map(({ sighting }) => sighting)).toEqual([{ instances: two, index: 3 }]);
  });

  it('begins with short pauses again after it was back', async () => {
    const clock = fakeClock();
    const sound = { instances: one, index: 10 };
    const source = answeringSource(clock, lost, lost, lost, lost, sound, lost, sound, held);
    start(clock, source, { luck: 1 });
    await clock.advance(10_000);
    const at = source.reads.map((read) => read.at);
    expect((at[6] ?? 0) - (at[5] ?? 0)).toBe(100);
  });
});

describe('the end', () => {
  it('comes when the signal aborts, and nothing more is reported', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    const { seen, done, stop } = start(clock, source, { last: { instances: one, index: 2 } });
    await clock.advance(500);
    stop();
    source.set(two);
    await done;
    expect(seen).toEqual([]);
    expect(clock.sleepers).toBe(0);
  });

  it('wakes a pause', async () => {
    const clock = fakeClock();
    const { done, stop } = start(clock, answeringSource(clock, lost));
    await clock.advance(5_000);
    stop();
    await done;
    expect(clock.sleepers).toBe(0);
  });

  it('comes without a read where the signal has aborted already', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, lost);
    const controller = new AbortController();
    controller.abort();
    const ports = { source, clock, random: () => 0 };
    await watchService(ports, { service: 'x' }, lost, controller.signal, () => expect.unreachable());
    expect(source.reads).toEqual([]);
  });

  it('is also what a deadline brings', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, async () => {
      throw new DeadlineError('reading');
    });
    const { done, seen } = start(clock, source);
    await done;
    expect(seen).toEqual([]);
  });

  it('is an error where something breaks that must not', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, async () => {
      throw new TypeError('a bug');
    });
    await expect(start(clock, source).done).rejects.toThrow('a bug');
  });
});
