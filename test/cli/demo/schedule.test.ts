import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSchedule } from '../../../cli/demo/demo-schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Invocations that each take so many milliseconds, and when they began. */
function invocations(took: number) {
  const start = Date.now();
  const begun: number[] = [];
  return {
    begun,
    invoke: () => {
      begun.push(Date.now() - start);
      return new Promise<void>((resolve) => setTimeout(resolve, took));
    },
  };
}

describe('a schedule', () => {
  it('invokes at once, and at each tick', async () => {
    const { begun, invoke } = invocations(10);
    const schedule = startSchedule(invoke, 500);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(begun).toEqual([0, 500, 1_000]);
    await schedule.stop();
  });

  it('lets ticks that meet an invocation wait until it has ended, as one', async () => {
    const { begun, invoke } = invocations(1_200);
    const schedule = startSchedule(invoke, 500);
    await vi.advanceTimersByTimeAsync(2_500);
    // Those of 500 and 1,000 are one at 1,200; that of 1,500 and 2,000 one at 2,400.
    expect(begun).toEqual([0, 1_200, 2_400]);
    const stopped = schedule.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    await stopped;
  });

  it('goes on after an invocation that failed', async () => {
    const invoke = vi.fn(() => Promise.reject(new Error('failed')));
    const schedule = startSchedule(invoke, 500);
    await vi.advanceTimersByTimeAsync(600);
    expect(invoke).toHaveBeenCalledTimes(2);
    await schedule.stop();
  });

  it('stops once the invocation that runs has ended, whatever waits', async () => {
    const { begun, invoke } = invocations(1_200);
    const schedule = startSchedule(invoke, 500);
    await vi.advanceTimersByTimeAsync(600);
    let stopped = false;
    const stopping = schedule.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    await stopping;
    expect(begun).toEqual([0]);
  });
});
