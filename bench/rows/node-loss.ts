import { until } from '../../emulators/until.ts';
import { leavingBatches, leavingSeconds, listCalls } from '../floor.ts';
import type { Bench } from '../part.ts';
import { onManyNames } from '../parts/deployed.ts';
import type { FunctionProcess } from '../parts/function-process.ts';
import { addressOf, type Batch } from '../parts/protocol.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';
import { allAtMost, amount, type Row } from '../row.ts';
import { median } from '../statistics.ts';

/** What the loss of a node cost that has an instance of every service, once. */
export interface NodeLoss {
  readonly names: number;
  /** Milliseconds from telling Consul until Route 53 had accepted the last name's change. */
  readonly took: number;
  readonly batches: number;
  /** Requests that were refused for a limit. */
  readonly throttled: number;
}

/** Few, as a first run of many names has to wait for Route 53's limits. */
const NODES = 3;
const LOST = NODES - 1;

/** Milliseconds that an invocation has, and within which all must have happened. */
const TIME = 150_000;

/**
 * Lets a node fail so many times, each time in a new window of a new process. Both of Route 53's buckets are full then,
 * and the function's own count of them is, too.
 */
export async function measureNodeLoss(
  bench: Bench,
  names: number,
  rounds: number,
): Promise<readonly NodeLoss[]> {
  const standIns = await startStandIns(bench, { throttle: true });
  try {
    await standIns.registerServices({ services: names, nodes: NODES });
    const zoneId = await standIns.createZone({ others: 0, names });
    const start = onManyNames(bench, standIns, zoneId, { others: 0, names });
    const losses: NodeLoss[] = [];
    for (let round = 1; round <= rounds; round++) {
      await standIns.refillLimits();
      await publish(start(0));
      await standIns.refillLimits();
      await standIns.takeCalls();
      const loss = { names, ...(await loseNode(standIns, start(TIME / 1_000), names)) };
      losses.push(loss);
      bench.say(`a node lost, round ${round}: ${names} names right after ${loss.took.toFixed(0)} ms`);
      await standIns.setNodeStatus(LOST, 'passing');
    }
    return losses;
  } finally {
    await standIns.close();
  }
}

async function publish(process: FunctionProcess): Promise<void> {
  try {
    const { outcome, error } = await process.invoke(TIME);
    if (outcome !== 'changed') throw new Error(`the run was ${outcome} instead of changed: ${error}`);
  } finally {
    await process.close();
  }
}

async function loseNode(
  standIns: RunningStandIns,
  process: FunctionProcess,
  names: number,
): Promise<Omit<NodeLoss, 'names'>> {
  try {
    const run = process.invoke(TIME);
    // Looked at below; what goes wrong before is said there.
    run.catch(() => undefined);
    const pages = listCalls({ names, sets: names * (NODES + 1) + 1 });
    const isQuiet = async () =>
      (await standIns.heldQueries()) >= names && (await standIns.listings()) >= pages;
    await until(isQuiet, { within: TIME, what: `${names} blocking queries` });
    await standIns.refillLimits();
    await standIns.takeCalls();
    const gone = whenGone(standIns, names);
    const told = await standIns.setNodeStatus(LOST, 'critical');
    const at = await until(gone, { within: TIME, every: 5, what: `the loss at ${names} names` });
    const { route53, throttled } = await standIns.takeCalls();
    process.endWindow();
    await run;
    return { took: at - told, batches: route53['ChangeResourceRecordSets'] ?? 0, throttled };
  } finally {
    await process.close();
  }
}

/** Notes from now on when the address on the lost node has left every name. */
function whenGone(standIns: RunningStandIns, names: number): () => number | undefined {
  const addresses = Array.from({ length: names }, (_, service) => addressOf({ service, node: LOST }));
  const left = new Set(addresses);
  let last: number | undefined;
  const stop = standIns.onBatch(({ at, changes }: Batch) => {
    for (const { action, values } of changes)
      if (action === 'DELETE') for (const value of values) left.delete(value);
    if (left.size > 0) return;
    last ??= at;
    stop();
  });
  return () => last;
}

export function nodeLossRows(losses: readonly NodeLoss[]): readonly Row[] {
  const sizes = [...new Set(losses.map(({ names }) => names))];
  return sizes.map((names): Row => {
    const own = losses.filter((loss) => loss.names === names);
    const took = own.map((loss) => loss.took / 1_000);
    const throttled = Math.max(...own.map((loss) => loss.throttled));
    const batches = Math.max(...own.map((loss) => loss.batches));
    const limits = Math.ceil(leavingSeconds(names));
    // Up to a second of it is no limit's, but what everything else may take.
    const most = Math.max(1, limits);
    const why =
      limits > 1
        ? ` (each takes 3 tokens, of a bucket that holds 1,500 and gets 100 a second: docs/adr/0012)`
        : '';
    return {
      part: 'scale',
      what: `${amount(names)} names of ${NODES} addresses lose a node`,
      measured: `all right after ${amount(median(took))} s, ${batches} batches, ${throttled} refused for the limit`,
      spread: `${amount(Math.min(...took))} to ${amount(Math.max(...took))} s, ${own.length} times; at least ${leavingBatches(names)} batches`,
      target: `${most} s${why}, none refused`,
      verdict: allAtMost([
        ['seconds', Math.max(...took), most],
        ['requests refused for the limit', throttled, 0],
      ]),
    };
  });
}
