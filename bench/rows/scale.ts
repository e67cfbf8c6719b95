import { until } from '../../emulators/until.ts';
import type { Bench } from '../part.ts';
import { onManyNames } from '../parts/deployed.ts';
import type { FunctionProcess } from '../parts/function-process.ts';
import { addressOf, type Calls } from '../parts/protocol.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';

export const NODES = 8;

/** The phases of one size, each in a process of its own but the last, which goes on from the quiet run. */
export const PHASES = ['first', 'quiet', 'flip'] as const;
export type Phase = (typeof PHASES)[number];

export interface Size {
  readonly names: number;
  readonly others: number;
}

/** What one phase cost, once. */
export interface Sample extends Size {
  readonly phase: Phase;
  /** Milliseconds: of the invocation; of a flip, from telling Consul to Route 53's accepting the change. */
  readonly took: number;
  readonly calls: Calls;
  /** Bytes that the process had resident at most. */
  readonly peak: number;
}

/**
 * Milliseconds of an invocation without a window, and half of one with: long enough for the largest size, which has to
 * wait for Route 53's bucket of changes in its first run.
 */
const TIME = 150_000;

/** Sizes from this one on are measured in one round only: most of what they take is a limit, which does not vary. */
const LARGE = 1_000;

/** Measures each size so many times, the sizes in turn, against stand-ins that throttle as Route 53 does. */
export async function measureScale(
  bench: Bench,
  sizes: readonly Size[],
  rounds: number,
): Promise<readonly Sample[]> {
  const standIns = await startStandIns(bench, { throttle: true });
  try {
    await standIns.registerServices({ services: Math.max(...sizes.map(({ names }) => names)), nodes: NODES });
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const size of sizes.filter(({ names }) => round === 1 || names < LARGE)) {
        samples.push(...(await measureSize(bench, standIns, size)));
        bench.say(`scale, round ${round} of ${rounds}: ${size.names} names among ${size.others} others`);
      }
    }
    return samples;
  } finally {
    await standIns.close();
  }
}

async function measureSize(bench: Bench, standIns: RunningStandIns, size: Size): Promise<readonly Sample[]> {
  const zoneId = await standIns.createZone(size);
  const start = onManyNames(bench, standIns, zoneId, size);
  const fresh = async () => {
    await standIns.refillLimits();
    await standIns.takeCalls();
  };
  const cost = async (phase: Phase, took: number, process: FunctionProcess): Promise<Sample> => ({
    ...size,
    phase,
    took,
    calls: await standIns.takeCalls(),
    peak: (await process.weigh()).peak,
  });

  await fresh();
  const first = await once(start(0), 'changed', (process, took) => cost('first', took, process));
  await fresh();
  const quiet = await once(start(0), 'unchanged', (process, took) => cost('quiet', took, process));
  const lists = quiet.calls.route53['ListResourceRecordSets'] ?? 0;
  const { names } = size;
  const flip = await measureFlip(standIns, start(TIME / 1_000), { zoneId, names, lists }, fresh, cost);
  await standIns.deleteZone(zoneId);
  return [first, quiet, flip];
}

async function once(
  process: FunctionProcess,
  expected: string,
  weigh: (process: FunctionProcess, took: number) => Promise<Sample>,
): Promise<Sample> {
  try {
    const { outcome, error, took } = await process.invoke(TIME);
    if (outcome !== expected) throw new Error(`the run was ${outcome} instead of ${expected}: ${error}`);
    return await weigh(process, took);
  } finally {
    await process.close();
  }
}

/**
 * One check turns critical in an open window, in the middle of the names, and passes again.
 *
 * @param of `lists`: how many listings it takes to read the names; the window is quiet only after them.
 */
async function measureFlip(
  standIns: RunningStandIns,
  process: FunctionProcess,
  { zoneId, names, lists }: { readonly zoneId: string; readonly names: number; readonly lists: number },
  fresh: () => Promise<void>,
  cost: (phase: Phase, took: number, process: FunctionProcess) => Promise<Sample>,
): Promise<Sample> {
  const instance = { service: names >> 1, node: NODES >> 1 };
  const accepted: number[] = [];
  const stop = standIns.onBatch((batch) => {
    const concerned = batch.changes.some(({ values }) => values.includes(addressOf(instance)));
    if (batch.zoneId === zoneId && concerned) accepted.push(batch.at);
  });
  try {
    await fresh();
    const run = process.invoke(TIME * 2);
    // Looked at below; what goes wrong before is said there.
    run.catch(() => undefined);
    const isQuiet = async () =>
      (await standIns.heldQueries()) >= names && (await standIns.listings()) >= lists;
    await until(isQuiet, { within: TIME, what: `${names} blocking queries` });
    await fresh();
    const told = await standIns.setStatus(instance, 'critical');
    const acceptedAt = await until(() => accepted[0], { within: TIME, what: 'the change of a flip' });
    const sample = await cost('flip', acceptedAt - told, process);
    await standIns.setStatus(instance, 'passing');
    await until(() => accepted[1], { within: TIME, what: 'the change back' });
    process.endWindow();
    await run;
    return sample;
  } finally {
    stop();
    await process.close();
  }
}
