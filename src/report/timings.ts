import type { Clock, HealthSource } from '../ports.ts';

/** How long the two services took over the calls of an invocation. */
export interface Timings {
  /** Milliseconds of each read; those that wait for a change are not counted. */
  readonly consul: readonly number[];
  /** Milliseconds of each request, its retries and their pauses counted. */
  readonly route53: readonly number[];
  /** Attempts beyond the first. */
  readonly retries: number;
  /** Answers that refused for a rate limit. */
  readonly throttled: number;
  /** Milliseconds that changes took to be on all DNS servers after they were accepted. */
  readonly propagation: readonly number[];
}

/** Gathers timings until they are taken. */
export interface TimingLog {
  noteConsul(milliseconds: number): void;
  noteRoute53(milliseconds: number, attempts: number): void;
  noteThrottled(): void;
  notePropagation(milliseconds: number): void;
  /** What was noted since the last time. */
  take(): Timings;
}

export function timingLog(): TimingLog {
  let consul: number[] = [];
  let route53: number[] = [];
  let retries = 0;
  let throttled = 0;
  let propagation: number[] = [];
  return {
    noteConsul: (milliseconds) => void consul.push(milliseconds),
    noteRoute53(milliseconds, attempts) {
      route53.push(milliseconds);
      retries += Math.max(0, attempts - 1);
    },
    noteThrottled() {
      throttled++;
    },
    notePropagation: (milliseconds) => void propagation.push(milliseconds),
    take() {
      const taken = { consul, route53, retries, throttled, propagation };
      [consul, route53, retries, throttled, propagation] = [[], [], 0, 0, []];
      return taken;
    },
  };
}

/** The same source, which notes how long each read takes, also one that fails. */
export function timedSource(source: HealthSource, log: TimingLog, clock: Pick<Clock, 'now'>): HealthSource {
  return {
    async read(query, signal, blocking) {
      const start = clock.now();
      try {
        return await source.read(query, signal, blocking);
      } finally {
        // A blocking query lasts as long as nothing changes, which tells nothing of Consul.
        if (!blocking) log.noteConsul(clock.now() - start);
      }
    },
  };
}
