import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { now } from '../clock.ts';
import type { Bench } from '../part.ts';
import type { Variant } from '../parts/bundles.ts';
import { type CpuShare, cpuShare } from '../parts/cpu-share.ts';
import { onManyNames } from '../parts/deployed.ts';
import { COMMON_ENV, type FunctionProcess } from '../parts/function-process.ts';
import { startStandIns } from '../parts/stand-ins.ts';
import { SIZES, type Size } from './reaction.ts';

export const VARIANTS: readonly Variant[] = ['empty', 'deployed', 'careless'];

/** Milliseconds, one of each for every round. */
export interface ColdStarts {
  /** From the start of a process to its end, when all it does is to load the handler, without warming up. */
  readonly load: Readonly<Record<Variant, readonly number[]>>;
  /** As Lambda does it: to load the handler and wait until it is warm, with a whole processor. */
  readonly initialised: readonly number[];
  /** Then the first pass, which changes nothing, with a whole processor. */
  readonly firstPass: readonly number[];
  /** The same with the share of a memory size; or why there are none. */
  readonly shared: Readonly<Record<Size, readonly number[] | string>>;
  /** Bytes of each bundle. */
  readonly bytes: Readonly<Record<Variant, number>>;
}

const SIZE = { names: 1, others: 0 };

/** All in turn, round after round, so that whatever else the machine does strikes them all. */
export async function measureColdStart(bench: Bench): Promise<ColdStarts> {
  const rounds = bench.quick ? 4 : 15;
  const load = { empty: [] as number[], deployed: [] as number[], careless: [] as number[] };
  const initialised: number[] = [];
  const firstPass: number[] = [];
  const shared: Record<Size, number[] | string> = { 128: [], 256: [] };
  const standIns = await startStandIns(bench, { throttle: false });
  try {
    await standIns.registerServices({ services: 1, nodes: 2 });
    const zoneId = await standIns.createZone(SIZE);
    const start = () => onManyNames(bench, standIns, zoneId, SIZE)(0);
    // The first round fills the caches of the file system, and publishes.
    for (let round = -1; round < rounds; round++) {
      for (const variant of VARIANTS) {
        const loaded = await timeLoad(bench.node, bench.bundles.folder(variant));
        if (round >= 0) load[variant].push(loaded);
      }
      const whole = await timeFirstPass(start());
      if (round >= 0) {
        initialised.push(whole.loaded);
        firstPass.push(whole.took);
      }
      for (const size of SIZES) {
        const samples = shared[size];
        if (typeof samples === 'string') continue;
        const group = cpuShare(size, bench.cpuPeriod);
        if ('unavailable' in group) shared[size] = group.unavailable;
        else {
          const { took } = await timeFirstPass(start(), group);
          if (round >= 0) samples.push(took);
        }
      }
    }
    bench.say(`cold start: ${rounds} rounds`);
    const [empty = 0, deployed = 0, careless = 0] = await Promise.all(VARIANTS.map(bench.bundles.bytes));
    return { load, initialised, firstPass, shared, bytes: { empty, deployed, careless } };
  } finally {
    await standIns.close();
  }
}

async function timeLoad(node: string, folder: string): Promise<number> {
  const start = now();
  await promisify(execFile)(node, [join(folder, 'load.cjs')], { env: COMMON_ENV });
  return now() - start;
}

/** @param group what the process has once it is initialised; without, a whole processor. */
async function timeFirstPass(
  process: FunctionProcess,
  group?: CpuShare,
): Promise<{ readonly loaded: number; readonly took: number }> {
  try {
    const loaded = await process.loaded;
    group?.take(process.pid);
    const { outcome, error, took } = await process.invoke(20_000);
    if (outcome !== 'unchanged' && outcome !== 'changed') throw new Error(`the run was ${outcome}: ${error}`);
    return { loaded, took };
  } finally {
    await process.close();
    group?.remove();
  }
}
