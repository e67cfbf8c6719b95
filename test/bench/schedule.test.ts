import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startSchedule } from '../../bench/parts/schedule.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Invocations that take so many milliseconds each, and when they began. */
function invocations(...lengths: readonly number[]) {
  const begun: number[] = [];
  const start = Date.now();
  return {
    begun,
    invoke: () => {
      begun.push(Date.now() - start);
      return new Promise<void>((resolve) => setTimeout(resolve, lengths[begun.length - 1] ?? 0));
    },
  };
}

it('invokes at once and at every tick', async () => {
  const { begun, invoke } = invocations(59_000, 59_000);
  const schedule = startSchedule(invoke, 60_000);
  await vi.advanceTimersByTimeAsync(125_000);
  expect(begun).toEqual([0, 60_000, 120_000]);
  await schedule.stop();
});

it('tries a tick that met a running invocation again after 1, 3 and 7 seconds', async () => {
  const { begun, invoke } = invocations(60_500, 0, 64_000);
  const schedule = startSchedule(invoke, 60_000);
  await vi.advanceTimersByTimeAsync(195_000);
  expect(begun).toEqual([0, 61_000, 120_000, 187_000]);
  await schedule.stop();
});

it('drops a tick that has become as old as the next one, and ends what it began', async () => {
  const { begun, invoke } = invocations(200_000);
  const schedule = startSchedule(invoke, 60_000);
  await vi.advanceTimersByTimeAsync(130_000);
  expect(begun).toEqual([0]);
  const stopped = schedule.stop();
  await vi.advanceTimersByTimeAsync(100_000);
  await stopped;
  expect(begun).toEqual([0]);
});

it('rejects in the end if an invocation has failed', async () => {
  const schedule = startSchedule(async () => {
    throw new Error('no');
  }, 60_000);
  await vi.advanceTimersByTimeAsync(1);
  await expect(schedule.stop()).rejects.toThrow('no');
});
