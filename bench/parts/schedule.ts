/**
 * Milliseconds after which Lambda tries an event again that met the one invocation that concurrency allows: a second
 * at first, then each time twice as long. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const FIRST_RETRY = 1_000;

/** A running schedule. */
export interface Schedule {
  /** Ticks no more. @returns when the last invocation has ended; rejects if one has failed. */
  stop(): Promise<void>;
}

/**
 * Invokes as EventBridge and Lambda do where concurrency is reserved to 1.
 *
 * @param every milliseconds between two ticks, which is also how old an event may become; the first tick is at once.
 */
export function startSchedule(invoke: () => Promise<unknown>, every: number): Schedule {
  let running: Promise<void> | undefined;
  let failure: unknown;
  const timers = new Set<NodeJS.Timeout>();

  function later(work: () => void, delay: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, delay);
    timers.add(timer);
  }

  function attempt(retry: number, age: number): void {
    if (!running) {
      running = invoke().then(
        () => {
          running = undefined;
        },
        (error: unknown) => {
          running = undefined;
          failure ??= error;
        },
      );
    } else if (age + retry < every) later(() => attempt(retry * 2, age + retry), retry);
  }

  const ticks = setInterval(() => attempt(FIRST_RETRY, 0), every);
  attempt(FIRST_RETRY, 0);
  return {
    async stop() {
      clearInterval(ticks);
      for (const timer of timers) clearTimeout(timer);
      await running;
      if (failure) throw failure;
    },
  };
}
