import type { Clock } from '../ports.ts';

/** Milliseconds: less than any clock tells apart. */
const STEP = 1e-6;

/** The same clock, but that it never tells a time twice: of two moments, one is always the later. */
export function strictClock(clock: Clock): Clock {
  let last = Number.NEGATIVE_INFINITY;
  return {
    now() {
      last = Math.max(clock.now(), last + STEP);
      return last;
    },
    epoch: () => clock.epoch(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
}
