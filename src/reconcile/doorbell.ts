import type { Clock } from '../ports.ts';

/** Lets one loop sleep until something happens, or until a time is over. */
export interface Doorbell {
  ring(): void;
  /** Milliseconds. Returns at once if it rang since the last time. */
  wait(milliseconds: number): Promise<void>;
}

export function doorbell(clock: Clock): Doorbell {
  let nap = new AbortController();
  return {
    // Any reason of its own saves the making of an error, which nobody reads.
    ring: () => nap.abort('rung'),
    async wait(milliseconds) {
      if (!nap.signal.aborted) await clock.sleep(milliseconds, nap.signal);
      nap = new AbortController();
    },
  };
}
