/** Invocations on a schedule. */
export interface Schedule {
  /** Ends the schedule. @returns once the invocation that runs, if any, has ended. */
  stop(): Promise<void>;
}

/**
 * Invokes a function on a schedule, as EventBridge does a Lambda whose concurrency is reserved to 1: a tick that
 * meets a running invocation waits until it has ended, and of several that wait one is enough.
 *
 * @param invoke one invocation; that it rejects is its own affair, as the function logs it.
 * @param every milliseconds between two ticks; the first comes at once.
 */
export function startSchedule(invoke: () => Promise<unknown>, every: number): Schedule {
  let running: Promise<void> | undefined;
  let waiting = false;

  function tick(): void {
    if (running) {
      waiting = true;
      return;
    }
    running = invoke()
      .catch(() => undefined)
      .then(() => {
        running = undefined;
        if (!waiting) return;
        waiting = false;
        tick();
      });
  }

  const timer = setInterval(tick, every);
  tick();
  return {
    async stop() {
      clearInterval(timer);
      waiting = false;
      await running;
    },
  };
}
