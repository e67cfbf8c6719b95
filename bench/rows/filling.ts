import { until } from '../../emulators/until.ts';
import { now } from '../clock.ts';
import { fillingSeconds } from '../floor.ts';
import type { Bench } from '../part.ts';
import { onManyNames } from '../parts/deployed.ts';
import type { FunctionProcess } from '../parts/function-process.ts';
import { addressOf, type Batch } from '../parts/protocol.ts';
import { startSchedule } from '../parts/schedule.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';
import { allAtMost, amount, type Row } from '../row.ts';

/** What it took to publish many names for the first time, as deployed. */
export interface Filling {
  readonly names: number;
  /** Milliseconds from the first invocation until every address of every name was there. */
  readonly took: number;
  /** Milliseconds from telling Consul of a check that fails, in the middle of it, until its address had left. */
  readonly left: number;
  readonly batches: number;
  /** Requests that were refused for a limit. */
  readonly throttled: number;
  /** Invocations that failed. */
  readonly failed: number;
}

const NODES = 8;

/** Record sets of a name: its addresses, and its registry record. */
const SETS = NODES + 1;

/** As deployed, in milliseconds; a window, in seconds. */
const EVERY = 60_000;
const WINDOW = 75;
const TIME = 80_000;

/** Milliseconds in which it must come to an end, whatever happens. */
const MOST = 240_000;

/** Seconds within which so many names are to be right. */
const TARGETS: Readonly<Record<number, number>> = { 300: 20, 1000: 90 };

/**
 * Publishes many names for the first time by windows that overlap, each in a process of its own, under both of Route 53's
 * buckets, which are full at first. When half of the addresses are there, one that was published fails.
 */
export async function measureFilling(bench: Bench, names: number): Promise<Filling> {
  const standIns = await startStandIns(bench, { throttle: true });
  const open = new Set<FunctionProcess>();
  try {
    await standIns.registerServices({ services: names, nodes: NODES });
    const zoneId = await standIns.createZone({ others: 0, names });
    const start = onManyNames(bench, standIns, zoneId, { others: 0, names });
    const seen = watchAddresses(standIns);
    let failed = 0;
    await standIns.refillLimits();
    await standIns.takeCalls();
    const began = now();
    const schedule = startSchedule(
      async () => {
        const process = start(WINDOW);
        open.add(process);
        const { outcome, error } = await process.invoke(TIME);
        open.delete(process);
        await process.close();
        if (outcome !== 'failed' && outcome !== 'threw') return;
        failed++;
        bench.say(`filling ${names} names: a run came to ${outcome}: ${error?.slice(0, 300)}`);
      },
      { every: EVERY, late: 0, doubled: 0, random: Math.random },
    );
    const wait = { within: MOST, every: 5 };
    const all = names * NODES;
    await until(() => seen.there.size >= all / 2, { ...wait, what: 'half of the addresses' });
    const failing = [...seen.there].find((address) => address.endsWith('.4')) ?? '';
    const [, high = 0, low = 0] = failing.split('.').map(Number);
    const instance = { service: (high << 8) + low, node: 3 };
    if (addressOf(instance) !== failing) throw new Error(`no instance is at ${failing}`);
    const told = await standIns.setStatus(instance, 'critical');
    await until(() => !seen.there.has(failing), { ...wait, what: 'the failing address to leave' });
    const left = seen.lastAt - told;
    await until(() => seen.there.size === all - 1, { ...wait, what: 'all addresses' });
    const took = seen.lastAt - began;
    for (const process of open) process.endWindow();
    await schedule.stop();
    const { route53, throttled } = await standIns.takeCalls();
    bench.say(`filling: ${names} names right after ${(took / 1_000).toFixed(1)} s`);
    return { names, took, left, batches: route53['ChangeResourceRecordSets'] ?? 0, throttled, failed };
  } finally {
    for (const process of open) await process.close();
    await standIns.close();
  }
}

/** The addresses that are published, from now on. */
function watchAddresses(standIns: RunningStandIns) {
  const there = new Set<string>();
  const seen = { there, lastAt: 0 };
  standIns.onBatch(({ at, changes }: Batch) => {
    seen.lastAt = at;
    for (const { action, values } of changes)
      for (const value of values.filter((one) => one.startsWith('10.')))
        if (action === 'DELETE') there.delete(value);
        else there.add(value);
  });
  return seen;
}

export function fillingRow({ names, took, left, batches, throttled, failed }: Filling): Row {
  const floor = Math.ceil(fillingSeconds({ names, sets: SETS }));
  const most = TARGETS[names] ?? floor + 15;
  const seconds = took / 1_000;
  return {
    part: 'scale',
    what: `${amount(names)} names of ${NODES} addresses, published for the first time as deployed`,
    measured: `all right after ${amount(seconds)} s, ${batches} batches, ${throttled} refused for the limit, ${failed} failed runs; a failing address in the middle of it left after ${amount(left)} ms`,
    spread: `once; Route 53's bucket of changes makes it last ${floor} s`,
    target: `${most} s, a failing address leaves within 1 s, none refused, none failed`,
    verdict: allAtMost([
      ['seconds', seconds, most],
      ['ms until the failing address had left', left, 1_000],
      ['requests refused for the limit', throttled, 0],
      ['failed runs', failed, 0],
    ]),
  };
}
