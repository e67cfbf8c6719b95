import { until } from '../../emulators/until.ts';
import { sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { type CpuShare, cpuShare, shareFor } from '../parts/cpu-share.ts';
import { onManyNames } from '../parts/many-names.ts';
import { addressOf } from '../parts/protocol.ts';
import { startStandIns } from '../parts/stand-ins.ts';
import { amount, atMost, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';

/** What memory costs in reaction: Lambda gives CPU by it. */
export interface Shared {
  readonly megabytes: number;
  /** Milliseconds from telling Consul to Route 53's accepting the change; or why there are none. */
  readonly reactions: readonly number[] | string;
}

/** MB: for few records, for more, and for a whole processor. */
export const SIZES = [128, 256, 1_769];

/** Milliseconds between two flips. */
const PAUSE = { least: 300, spread: 200 };

/** Milliseconds that an invocation has. */
const TIME = 300_000;

const NODES = 8;
const SIZE = { names: 1, others: 0 };

/**
 * Flips of one name's checks, in a window of a process that has as much CPU as Lambda gives for its memory. It begins with
 * the whole, as Lambda's initialisation does, and has its share once the window is open.
 */
export async function measureShares(bench: Bench): Promise<readonly Shared[]> {
  const shared: Shared[] = [];
  for (const megabytes of SIZES) {
    const group = cpuShare(megabytes);
    if ('unavailable' in group) {
      shared.push({ megabytes, reactions: group.unavailable });
      continue;
    }
    shared.push({ megabytes, reactions: await measureOne(bench, group) });
    bench.say(`CPU of ${megabytes} MB`);
  }
  return shared;
}

async function measureOne(bench: Bench, group: CpuShare): Promise<readonly number[]> {
  const standIns = await startStandIns({ throttle: false });
  try {
    await standIns.registerServices({ services: 1, nodes: NODES });
    const zoneId = await standIns.createZone(SIZE);
    const process = onManyNames(bench, standIns, zoneId, SIZE)(TIME / 1_000);
    try {
      let batches = 0;
      let last = 0;
      standIns.onBatch(({ at }) => {
        batches++;
        last = at;
      });
      const run = process.invoke(TIME);
      // Looked at when the window ends, if it comes to that.
      run.catch(() => undefined);
      await until(async () => batches === 1 && (await standIns.heldQueries()) > 0, { what: 'the first run' });
      group.take(process.pid);
      const samples: number[] = [];
      const flips = bench.quick ? 10 : 100;
      // The first ones find code that nobody has run yet.
      for (let count = -4; count < flips; count++) {
        await sleep(PAUSE.least + Math.random() * PAUSE.spread);
        const instance = { service: 0, node: (count + 4) % (NODES - 1) };
        const before = batches;
        const isBack = Math.floor((count + 4) / (NODES - 1)) % 2 === 1;
        const told = await standIns.setStatus(instance, isBack ? 'passing' : 'critical');
        await until(() => batches > before, { every: 2, what: `the change at ${addressOf(instance)}` });
        if (count >= 0) samples.push(last - told);
      }
      process.endWindow();
      await run;
      return samples;
    } finally {
      await process.close();
    }
  } finally {
    await standIns.close();
    group.remove();
  }
}

export function shareRows(shared: readonly Shared[]): readonly Row[] {
  return shared.map(({ megabytes, reactions }): Row => {
    const what = `with the CPU of ${amount(megabytes)} MB, ${(shareFor(megabytes) * 100).toFixed(1)} % of a processor`;
    if (typeof reactions === 'string') return { part: 'reaction', what, measured: reactions, spread: '' };
    const { median, p99, min, max, count } = summarize(reactions);
    return {
      part: 'reaction',
      what,
      measured: `median ${amount(median)} ms, 99th percentile ${amount(p99)} ms`,
      spread: `${amount(min)} to ${amount(max)} ms, ${count} flips`,
      target: '99th percentile under 500 ms',
      verdict: atMost(p99, 500, 'ms', () => 'look at the load of the machine first'),
    };
  });
}
