import type { Clock } from '../../src/ports.ts';

/** A clock that a test moves on. */
export interface FakeClock extends Clock {
  /** Moves on by so many milliseconds, and lets everything run that is due on the way, in its order. */
  advance(milliseconds: number): Promise<void>;
  /** How many are asleep. */
  readonly sleepers: number;
}

/** The time of day at the beginning, in milliseconds since 1970. */
export const EPOCH = Date.UTC(2026, 0, 1);

export function fakeClock(): FakeClock {
  let now = 0;
  const sleepers = new Map<() => void, number>();
  /** Everything that needs no time has run once the event loop has turned. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    epoch: () => EPOCH + now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        if (signal.aborted) return wake();
        sleepers.set(wake, now + milliseconds);
        signal.addEventListener('abort', wake);
      }),
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settled();
        const [next] = [...sleepers].sort(([, one], [, other]) => one - other);
        if (!next || next[1] > end) break;
        now = Math.max(now, next[1]);
        next[0]();
      }
      now = end;
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
