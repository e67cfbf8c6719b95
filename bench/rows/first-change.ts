import { until } from '../../emulators/until.ts';
import { sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { cpuShare } from '../parts/cpu-share.ts';
import { startDeployed } from '../parts/deployed.ts';
import { IDLE, ourName, serviceName } from '../parts/protocol.ts';
import { startStandIns } from '../parts/stand-ins.ts';
import { allAtMost, amount, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';
import { sizeInWords } from './reaction.ts';

/** Processes that are quiet at the same time, each with a service and a zone of its own: quiet takes long. */
const PROCESSES = 12;
const NODES = 3;

/** MB whose share of a processor each has. */
const MEMORY = 128;

/** Milliseconds that an invocation has, and seconds of its window: as deployed. */
const TIME = 80_000;
const WINDOW = 75;

/** Milliseconds between the flips of two processes. */
const PAUSE = 500;

/** Milliseconds. */
const MOST = 60;

/**
 * The first change that a process makes: its window was quiet for so long that Route 53's stand-in has closed the
 * connection.
 *
 * @returns milliseconds from telling Consul to the change's being accepted; or why there are none.
 */
export async function measureFirstChange(bench: Bench): Promise<readonly number[] | string> {
  const samples: number[] = [];
  const standIns = await startStandIns(bench, { throttle: false });
  try {
    const count = bench.quick ? 3 : PROCESSES;
    await standIns.registerServices({ services: count, nodes: NODES });
    const zoneIds: string[] = [];
    for (let index = 0; index < count; index++)
      zoneIds.push(await standIns.createZone({ others: 0, names: count }));
    const accepted = new Map<string, number>();
    standIns.onBatch(({ zoneId, at }) => void accepted.set(zoneId, at));
    const start = (index: number, watchSeconds: number) =>
      startDeployed(bench, standIns, {
        zoneId: zoneIds[index] ?? '',
        records: [{ service: serviceName(index), name: ourName(index, { others: 0, names: count }) }],
        watchSeconds,
      });
    for (let index = 0; index < count; index++) {
      const process = start(index, 0);
      await process.invoke(TIME).finally(process.close);
    }
    const rounds = bench.quick ? 1 : 2;
    for (let round = 0; round < rounds; round++) {
      const closers: (() => Promise<void>)[] = [];
      try {
        await standIns.takeCalls();
        for (let index = 0; index < count; index++) {
          const group = cpuShare(MEMORY, bench.cpuPeriod);
          if ('unavailable' in group) return group.unavailable;
          closers.push(async () => group.remove());
          const process = start(index, WINDOW);
          closers.push(process.close);
          await process.loaded;
          group.take(process.pid);
          // It ends with its process.
          process.invoke(TIME).catch(() => undefined);
        }
        const isQuiet = async () =>
          (await standIns.heldQueries()) >= count && (await standIns.listings()) >= count;
        await until(isQuiet, { within: TIME, what: `${count} quiet windows` });
        await sleep(IDLE + 2_000);
        for (const [index, zoneId] of zoneIds.entries()) {
          accepted.delete(zoneId);
          const instance = { service: index, node: 0 };
          const told = await standIns.setStatus(instance, round % 2 === 0 ? 'critical' : 'passing');
          const at = await until(() => accepted.get(zoneId), { every: 2, what: 'a first change' });
          samples.push(at - told);
          await sleep(PAUSE);
        }
      } finally {
        for (const close of closers.reverse()) await close();
      }
      bench.say(`first change after a quiet time: round ${round + 1} of ${rounds}`);
    }
    return samples;
  } finally {
    await standIns.close();
  }
}

export function firstChangeRow(samples: readonly number[] | string): Row {
  const what = `the first change of a process, ${IDLE / 1_000} s after its last request, with the CPU of ${sizeInWords(MEMORY)}`;
  if (typeof samples === 'string') return { part: 'first', what, measured: samples, spread: '' };
  const { median, p99, min, max, count } = summarize(samples);
  return {
    part: 'first',
    what,
    measured: `median ${amount(median)} ms, 99th percentile ${amount(p99)} ms`,
    spread: `${amount(min)} to ${amount(max)} ms, ${count} processes`,
    target: `median under ${MOST} ms`,
    verdict: allAtMost([['ms in the median', median, MOST]]),
  };
}
