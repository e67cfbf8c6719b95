import { describe, expect, it } from 'vitest';
import { strictClock } from '../../src/reconcile/strict-clock.ts';
import { fakeClock } from '../support/fake-clock.ts';

describe('the strict clock', () => {
  // A process that runs for a hundred days, too: numbers of that size are further apart.
  it.each([0, 100 * 86_400_000])(
    'never tells a time twice, though the clock stands still at %i',
    async (at) => {
      const clock = fakeClock();
      const strict = strictClock(clock);
      await clock.advance(at);
      const times = Array.from({ length: 1_000 }, () => strict.now());
      for (const [index, time] of times.slice(1).entries()) expect(time).toBeGreaterThan(times[index] ?? 0);
      expect(Math.round(strict.now())).toBe(at);
      await clock.advance(5);
      expect(strict.now()).toBe(at + 5);
    },
  );

  it('does not follow a clock that goes backwards', () => {
    const times = [10, 7, 12];
    const clock = strictClock({ ...fakeClock(), now: () => times.shift() ?? 0 });
    const [first, second, third] = [clock.now(), clock.now(), clock.now()];
    expect(first).toBe(10);
    expect(second).toBeGreaterThan(10);
    expect(third).toBe(12);
  });

  it('sleeps as the clock does', async () => {
    const clock = fakeClock();
    const awake: number[] = [];
    const { signal } = new AbortController();
    void strictClock(clock)
      .sleep(30, signal)
      .then(() => awake.push(clock.now()));
    await clock.advance(100);
    expect(awake).toEqual([30]);
  });
});
