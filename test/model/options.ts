import type fc from 'fast-check';

const { MODEL_RUNS, MODEL_SEED, MODEL_PATH, MODEL_REPLAY } = process.env;

/** Settings of `fc.assert` and `fc.commands` for one lane of runs. */
export interface Lane {
  readonly parameters: { readonly seed: number; readonly numRuns: number } & Pick<
    fc.Parameters,
    'path' | 'interruptAfterTimeLimit' | 'markInterruptAsFailure'
  >;
  readonly replayPath?: string;
}

/**
 * Splits runs into lanes, which take turns at the processor while others wait for a deadline. The seed is printed
 * always: what only fails now and then is as good as lost without it. To replay a failure, set MODEL_SEED and
 * MODEL_PATH to what fast-check printed, and MODEL_REPLAY to its `replayPath`.
 *
 * @param name in the printed line.
 * @param standard how many runs there are unless MODEL_RUNS says otherwise; `share` of those of MODEL_RUNS.
 */
export function lanes(name: string, standard: number, share: number, count: number): readonly Lane[] {
  const seed = Number(MODEL_SEED ?? Date.now() % 2 ** 31) | 0;
  const runs = MODEL_RUNS ? Math.ceil(Number(MODEL_RUNS) * share) : standard;
  if (MODEL_PATH) {
    console.log(`${name}: replaying seed ${seed}, path ${MODEL_PATH}`);
    const replay = MODEL_REPLAY ? { replayPath: MODEL_REPLAY } : {};
    return [{ parameters: { seed, numRuns: 1, path: MODEL_PATH }, ...replay }];
  }
  console.log(`${name}: ${runs} runs, seed ${seed}`);
  const each = Math.ceil(runs / count);
  return Array.from({ length: count }, (_, lane) => ({
    parameters: { seed: seed + lane, numRuns: each },
  }));
}

/** Whether one failure is replayed, rather than many sequences run. */
export const isReplay = MODEL_PATH !== undefined;

/** A bound for all lanes, with time to shrink a failure: milliseconds. */
export function timeFor(all: readonly Lane[], each: number): number {
  return 120_000 + all.reduce((sum, { parameters }) => sum + parameters.numRuns * each, 0);
}
