import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ScheduleOptions, startSchedule } from '../../bench/parts/schedule.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE: ScheduleOptions = { every: 60_000, late: 8_000, doubled: 0.15, random: () => 0.5 };

/** Numbers for the schedule, one after the other: whether a tick comes twice, and how late each copy is. */
function chance(...numbers: readonly number[]): () => number {
  const left = [...numbers];
  return () => left.shift() ?? 0.99;
}

/** Invocations of so many milliseconds each, when they began, and how many ran at once at most. */
function invocations(length: number) {
  const begun: number[] = [];
  const start = Date.now();
  let running = 0;
  const seen = { begun, ended: 0, most: 0 };
  const invoke = async () => {
    begun.push(Date.now() - start);
    seen.most = Math.max(seen.most, ++running);
    await new Promise<void>((resolve) => setTimeout(resolve, length));
    running--;
    seen.ended++;
  };
  return { seen, invoke };
}

it('invokes at once, and then at each tick, as late as chance will have it', async () => {
  const { seen, invoke } = invocations(1_000);
  const schedule = startSchedule(invoke, { ...MINUTE, random: chance(0.9, 0.25, 0.9, 0.125, 0.9, 0.5) });
  await vi.advanceTimersByTimeAsync(200_000);
  expect(seen.begun).toEqual([0, 62_000, 121_000, 184_000]);
  await schedule.stop();
});

it('lets some ticks come twice, each as late as it is', async () => {
  const { seen, invoke } = invocations(1_000);
  const schedule = startSchedule(invoke, { ...MINUTE, random: chance(0.14, 0.25, 0.125, 0.15, 0.125) });
  await vi.advanceTimersByTimeAsync(125_000);
  expect(seen.begun).toEqual([0, 61_000, 62_000, 121_000]);
  await schedule.stop();
});

it('waits for no invocation that still runs', async () => {
  const { seen, invoke } = invocations(150_000);
  const schedule = startSchedule(invoke, MINUTE);
  await vi.advanceTimersByTimeAsync(130_000);
  expect(seen).toMatchObject({ begun: [0, 64_000, 124_000], most: 3 });
  const stopped = schedule.stop();
  await vi.advanceTimersByTimeAsync(200_000);
  await stopped;
});

it('ends what it began, and begins no more: not even a tick that is already late', async () => {
  const { seen, invoke } = invocations(75_000);
  const schedule = startSchedule(invoke, MINUTE);
  await vi.advanceTimersByTimeAsync(61_000);
  let isStopped = false;
  const stopped = schedule.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(13_999);
  expect(isStopped).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await stopped;
  await vi.advanceTimersByTimeAsync(200_000);
  expect(seen).toMatchObject({ begun: [0], ended: 1 });
});

it('rejects in the end if an invocation has failed, whatever the later ones did', async () => {
  let count = 0;
  const schedule = startSchedule(async () => {
    if (++count === 1) throw new Error('no');
  }, MINUTE);
  await vi.advanceTimersByTimeAsync(130_000);
  expect(count).toBe(3);
  await expect(schedule.stop()).rejects.toThrow('no');
});
