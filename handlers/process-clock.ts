import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../src/ports.ts';

/** The clock of this process. */
export const processClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    // It rejects when the signal aborts: then the sleep is over, too.
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
};
