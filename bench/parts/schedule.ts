/** A running schedule. */
export interface Schedule {
  /** Ticks no more. @returns when the last invocation has ended; rejects if one has failed. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  /** Milliseconds between two ticks. */
  readonly every: number;
  /** Milliseconds by which a tick is late at most. */
  readonly late: number;
  /** How many of the ticks come twice, from 0 to 1. */
  readonly doubled: number;
  /** A number from 0 to 1, without 1. */
  readonly random: () => number;
}

/**
 * Invokes as EventBridge and Lambda do: at least once for each tick, late by chance, and at once, however many
 * invocations still run. The first tick is on time and comes once.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
 */
export function startSchedule(
  invoke: () => Promise<unknown>,
  { every, late, doubled, random }: ScheduleOptions,
): Schedule {
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  function begin(): void {
    const invocation = invoke().then(
      () => void running.delete(invocation),
      (error: unknown) => {
        failure ??= { error };
        running.delete(invocation);
      },
    );
    running.add(invocation);
  }

  function later(): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      begin();
    }, random() * late);
    timers.add(timer);
  }

  const ticks = setInterval(() => {
    const copies = random() < doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) later();
  }, every);
  begin();
  return {
    async stop() {
      clearInterval(ticks);
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
      if (failure) throw failure.error;
    },
  };
}
