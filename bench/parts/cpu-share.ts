import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** MB of memory for which Lambda gives one whole processor. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const WHOLE = 1_769;

/**
 * Milliseconds in which Lambda gives a share: of functions that compute without end, each pause there lasts until the next
 * multiple of this. https://github.com/pwrdrvr/lambda-throttling, and https://arxiv.org/abs/2506.01283
 */
export const LAMBDA_PERIOD = 20;

/** Microseconds: the kernel gives no less. */
const LEAST = 1_000;

/** A group of processes that has only as much of a processor as Lambda gives for some memory. */
export interface CpuShare {
  /** Puts a process into it. */
  take(pid: number): void;
  /** Only once its processes have ended. */
  remove(): void;
}

/** The share of one processor, from 0 to 1. */
export function shareFor(megabytes: number): number {
  return Math.min(1, megabytes / WHOLE);
}

/**
 * @param period milliseconds in which it is given.
 * @returns the group, or why this machine has none: control groups can be written by few.
 */
export function cpuShare(megabytes: number, period: number): CpuShare | { readonly unavailable: string } {
  const microseconds = 1_000 * period;
  const quota = Math.max(LEAST, Math.round(microseconds * shareFor(megabytes)));
  const name = `updater-bench-${randomBytes(6).toString('hex')}`;
  const ways = [
    {
      folder: `/sys/fs/cgroup/cpu/${name}`,
      files: [
        ['cpu.cfs_period_us', microseconds],
        ['cpu.cfs_quota_us', quota],
      ],
    },
    { folder: `/sys/fs/cgroup/${name}`, files: [['cpu.max', `${quota} ${microseconds}`]] },
  ] as const;
  const problems: string[] = [];
  for (const { folder, files } of ways) {
    try {
      mkdirSync(folder);
      try {
        for (const [file, value] of files) writeFileSync(`${folder}/${file}`, String(value));
      } catch (error) {
        rmdirSync(folder);
        throw error;
      }
      return {
        take: (pid) => writeFileSync(`${folder}/cgroup.procs`, String(pid)),
        remove: () => rmdirSync(folder),
      };
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { unavailable: `no control group can be written here: ${problems.join('; ')}` };
}
