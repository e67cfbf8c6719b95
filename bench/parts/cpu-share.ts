import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** MB of memory for which Lambda gives one whole processor. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const WHOLE = 1_769;

/** Microseconds in which a share is given: the same as Lambda's, by what has been seen of it. */
const PERIOD = 20_000;

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

/** @returns the group, or why this machine has none: control groups can be written by few. */
export function cpuShare(megabytes: number): CpuShare | { readonly unavailable: string } {
  const quota = Math.max(LEAST, Math.round(PERIOD * shareFor(megabytes)));
  const name = `updater-bench-${randomBytes(6).toString('hex')}`;
  const ways = [
    {
      folder: `/sys/fs/cgroup/cpu/${name}`,
      files: [
        ['cpu.cfs_period_us', PERIOD],
        ['cpu.cfs_quota_us', quota],
      ],
    },
    { folder: `/sys/fs/cgroup/${name}`, files: [['cpu.max', `${quota} ${PERIOD}`]] },
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
