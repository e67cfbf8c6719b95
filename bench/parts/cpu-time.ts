import { readdirSync, readFileSync } from 'node:fs';

/**
 * Milliseconds of CPU that processes have taken so far: of all their threads, to the nanosecond, where /proc/PID/stat counts
 * in hundredths of a second. What threads took that have ended is not in it; Go keeps its own.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
export function cpuTime(pids: readonly number[]): number {
  const files = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`),
  );
  const nanoseconds = files.map((file) => Number(readFileSync(file, 'utf8').split(' ')[0]));
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}
