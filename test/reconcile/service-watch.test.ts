import { afterEach, describe, expect, it } from 'vitest';
import { DeadlineError, SourceError } from '../../src/errors.ts';
import { type Limiter, limiter } from '../../src/pacing/limiter.ts';
import type { HealthSource } from '../../src/ports.ts';
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

/** A watch, from its first read. */
function start(
  clock: FakeClock,
  source: HealthSource,
  { luck = 0, after = Promise.resolve(), reads = ((work) => work()) as Limiter } = {},
) {
  const controller = new AbortController();
  closing.push(controller);
  const seen: { at: number; sighting: Sighting }[] = [];
  const done = watchService(
    { source, clock, random: () => luck, reads },
    { service: 'rdsproxy' },
    { signal: controller.signal, after },
    (sighting) => void seen.push({ at: clock.now(), sighting }),
  );
  return { seen, done, stop: () => controller.abort() };
}

/** What was seen, without what is noted beside it. */
const sightings = (seen: readonly { sighting: Sighting }[]) =>
  seen.map(({ sighting }) => {
    if (sighting instanceof Error) return sighting;
    return { instances: sighting.instances, index: sighting.index };
  });
const first = { instances: one, index: 10 };

const indexes = (source: { reads: readonly { blocking: { index: number } | undefined }[] }) =>
  source.reads.map(({ blocking }) => blocking?.index);

describe('the first answer', () => {
  it('comes from a read that does not block, and is reported with when it was asked for and heard', async () => {
    const clock = fakeClock();
    await clock.advance(50);
    const source = answeringSource(
      clock,
      async () => {
        await clock.sleep(30, new AbortController().signal);
        return first;
      },
      held,
    );
    const { seen } = start(clock, source);
    await clock.advance(30);
    expect(indexes(source)).toEqual([undefined, 10]);
    const noted = { askedAt: 50, heardAt: 80, told: JSON.stringify(one) };
    expect(seen).toEqual([{ at: 80, sighting: { ...first, ...noted } }]);
  });

  it('does not wait for what the blocking queries wait for', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, first, held);
    const after = clock.sleep(70, new AbortController().signal);
    const { seen } = start(clock, source, { after });
    await clock.advance(69);
    expect(seen).toHaveLength(1);
    expect(indexes(source)).toEqual([undefined]);
    await clock.advance(1);
    expect(indexes(source)).toEqual([undefined, 10]);
  });
});

describe('the index', () => {
  it('goes on from each answer', async () => {
    const clock = fakeClock();
    const source = answeringSource(
      clock,
      first,
      { instances: two, index: 11 },
      { instances: one, index: 15 },
      held,
    );
    const { seen } = start(clock, source);
    await clock.advance(0);
    expect(indexes(source)).toEqual([undefined, 10, 11, 15]);
    expect(sightings(seen)).toEqual([first, { instances: two, index: 11 }, { instances: one, index: 15 }]);
  });

  it('makes an answer wait at Consul, so that it is heard when it comes', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    const { seen } = start(clock, source);
    await clock.advance(400);
    source.set(two);
    await clock.advance(0);
    expect(seen.slice(1)).toMatchObject([{ sighting: { instances: two, askedAt: 0, heardAt: 400 } }]);
  });

  it('starts anew where it goes backwards', async () => {
    const clock = fakeClock();
    const source = answeringSource(
      clock,
      first,
      { instances: two, index: 3 },
      { instances: two, index: 4 },
      held,
    );
    const { seen } = start(clock, source);
    await clock.advance(100);
    expect(indexes(source)).toEqual([undefined, 10, undefined, 4]);
    expect(sightings(seen)).toEqual([first, { instances: two, index: 3 }, { instances: two, index: 4 }]);
  });

  it('is polled once a second where it is missing, from the start', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one });
    const { seen } = start(clock, source);
    await clock.advance(10_000);
    expect(indexes(source)).toEqual(Array(11).fill(undefined));
    expect(source.reads.map(({ at }) => at)).toEqual(
      Array.from({ length: 11 }, (_, second) => second * 1_000),
    );
    expect(seen.map(({ at }) => at)).toEqual(source.reads.map(({ at }) => at));
  });

  it('is polled once a second where it is missing after one that could be used', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, first, { instances: one });
    start(clock, source);
    await clock.advance(3_000);
    expect(indexes(source).slice(0, 4)).toEqual([undefined, 10, undefined, undefined]);
    expect(source.reads.length).toBeLessThanOrEqual(5);
  });

  it('is waited for again once there is one', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, { instances: one }, { instances: one, index: 20 }, held);
    start(clock, source);
    await clock.advance(2_000);
    expect(indexes(source)).toEqual([undefined, undefined, 20]);
  });
});

describe('a wake-up without change', () => {
  it('is reported, since it is newer, and makes no busy loop, however often Consul wakes it', async () => {
    const clock = fakeClock();
    let index = 10;
    const source = answeringSource(clock, async () => ({ instances: one, index: ++index }));
    const { seen } = start(clock, source);
    await clock.advance(1_000);
    expect(seen).toHaveLength(source.reads.length);
    expect(source.reads.length).toBeGreaterThan(10);
    expect(source.reads.length).toBeLessThanOrEqual(52);
  });

  it('is what the end of the wait brings, a few times a minute', async () => {
    const clock = fakeClock();
    const source = scriptedSource(clock);
    source.set(one);
    start(clock, source);
    await clock.advance(60_000);
    expect(source.reads.length).toBeLessThanOrEqual(8);
  });
});

describe('the reads', () => {
  it('are limited, all but those that only wait at Consul', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, first, { instances: two, index: 11 }, held);
    const limited: number[] = [];
    start(clock, source, {
      reads: (work) => {
        limited.push(source.reads.length);
        return work();
      },
    });
    await clock.advance(0);
    expect(source.reads).toHaveLength(3);
    expect(limited).toEqual([0]);
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
      expect(new Set(indexes(source))).toEqual(new Set([undefined]));
    }
  });

  it('is reported once, and again for each new reason, whatever the numbers in its message', async () => {
    const clock = fakeClock();
    const suspect = (cause: 'stale' | 'no-leader', ms = 0) =>
      new SourceError({ reason: 'source-suspect', cause }, `last heard from its leader ${ms} ms ago`);
    const [old, older, leaderless] = [suspect('stale', 5_001), suspect('stale', 9_002), suspect('no-leader')];
    const source = answeringSource(clock, lost, lost, old, older, leaderless, older, old, held);
    const { seen } = start(clock, source);
    await clock.advance(10_000);
    expect(sightings(seen)).toEqual([lost, old, leaderless, older]);
  });

  it('is reported when it is back, changed or not', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, first, lost, first, held);
    const { seen } = start(clock, source);
    await clock.advance(1_000);
    expect(sightings(seen)).toEqual([first, lost, first]);
    expect(indexes(source)).toEqual([undefined, 10, undefined, 10]);
  });

  it('is tried again after a short pause where it was lost from the start', async () => {
    const clock = fakeClock();
    const source = answeringSource(clock, lost, lost, { instances: two, index: 3 }, held);
    const { seen } = start(clock, source);
    await clock.advance(0);
    expect(source.reads).toHaveLength(1);
    await clock.advance(1_000);
    expect(sightings(seen)).toEqual([lost, { instances: two, index: 3 }]);
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
    const { seen, done, stop } = start(clock, source);
    await clock.advance(500);
    stop();
    source.set(two);
    await done;
    expect(seen).toHaveLength(1);
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
    const ports = { source, clock, random: () => 0, reads: limiter(1) };
    const options = { signal: controller.signal, after: Promise.resolve() };
    await watchService(ports, { service: 'x' }, options, () => expect.unreachable());
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
