import { until } from '../../emulators/until.ts';
import { now, sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { startConsulTemplate } from '../parts/consul-template.ts';
import { type Fleet, type Flip, NAME, SERVICE, startFleet } from '../parts/fleet.ts';
import { startFunction } from '../parts/function-process.ts';
import { startSchedule } from '../parts/schedule.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';
import { type Witness, witnessHosts, witnessZone } from '../parts/witness.ts';
import { amount, atMost, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';

/** Who follows the same flips, each with a zone of its own. */
export const FOLLOWERS = {
  windows: 'windows handed over, a new process each minute',
  plain: 'plain schedule, one pass each minute',
  poller: 'poller, one pass 60 s after the other',
  consulTemplate: 'consul-template, always running',
} as const;
export type Follower = keyof typeof FOLLOWERS;

/** Milliseconds from each flip until each follower had it. */
export interface Followed {
  readonly minutes: number;
  readonly lags: Readonly<Partial<Record<Follower, readonly number[]>>>;
}

/** So many that the slowest has seen an instance before it flips again. */
const INSTANCES = 60;

/** Milliseconds between two flips, at random moments of the minute. */
const PAUSE = { least: 1_000, spread: 2_000 };

/** As deployed: a window of 59 s in each minute, and 5 s more until the timeout. */
const WHOLE = { period: 60_000, window: 59, reserve: 5_000, flips: 600_000 };
const QUICK = { period: 15_000, window: 14, reserve: 5_000, flips: 40_000 };

/** Nothing else may run beside it: it is about time. */
export async function measureHandover(bench: Bench): Promise<Followed | string> {
  if ('unavailable' in bench.consul) return `no real Consul: ${bench.consul.unavailable}`;
  const { period, window, reserve, flips } = bench.quick ? QUICK : WHOLE;
  const closers: (() => Promise<void>)[] = [];
  try {
    const fleet = await startFleet(bench.consul, INSTANCES);
    closers.push(fleet.close);
    const standIns = await startStandIns({ throttle: false });
    closers.push(standIns.close);
    const witnesses = new Map<Follower, Witness>();
    const follow = async (follower: Follower, watchSeconds: number) => {
      const zoneId = await standIns.createZone({ others: 0, names: 0 });
      witnesses.set(follower, witnessZone(standIns, zoneId));
      return () => startOne(bench, { fleet, standIns, zoneId, watchSeconds });
    };

    if ('bin' in bench.consulTemplate) {
      const template = await startConsulTemplate(bench.consulTemplate.bin, {
        consul: fleet.agents[0] ?? '',
        service: SERVICE,
        name: NAME,
      });
      closers.push(template.close);
      witnesses.set('consulTemplate', witnessHosts(template));
    }
    const watching = await follow('windows', window);
    const passing = await follow('plain', 0);
    const polling = (await follow('poller', 0))();
    closers.push(polling.close);
    const inNewProcess = (start: typeof watching, time: number) => async () => {
      const process = start();
      closers.push(process.close);
      await process.invoke(time);
      await process.close();
    };
    const schedules = [
      startSchedule(inNewProcess(watching, window * 1_000 + reserve), period),
      startSchedule(inNewProcess(passing, window * 1_000 + reserve), period),
    ];
    const stopPolling = poll(() => polling.invoke(window * 1_000 + reserve), period);
    closers.push(async () => void (await stopPolling()));
    // Each has published the whole service before the first flip.
    await sleep(period / 4);

    const made: Flip[] = [];
    const end = now() + flips;
    while (now() < end) {
      await sleep(PAUSE.least + Math.random() * PAUSE.spread);
      made.push(await fleet.flip());
      if (made.length % 50 === 0) bench.say(`hand-over: ${made.length} flips, ${minutesLeft(end)} to go`);
    }
    const lags: Partial<Record<Follower, readonly number[]>> = {};
    for (const [follower, witness] of witnesses) {
      const at = (flip: Flip) =>
        until(() => witness.arrival(flip), { within: period * 2, every: 50, what: `a flip at ${follower}` });
      lags[follower] = await Promise.all(made.map(async (flip) => (await at(flip)) - flip.at));
    }
    await stopPolling();
    await Promise.all(schedules.map((schedule) => schedule.stop()));
    return { minutes: flips / 60_000, lags };
  } finally {
    for (const close of closers.reverse()) await close().catch(() => undefined);
  }
}

function startOne(
  bench: Bench,
  at: { fleet: Fleet; standIns: RunningStandIns; zoneId: string; watchSeconds: number },
) {
  return startFunction({
    folder: bench.bundles.folder('deployed'),
    node: bench.node,
    env: {
      CONSUL_HTTP_ADDR: at.fleet.agents.join(),
      AWS_ENDPOINT_URL_ROUTE_53: at.standIns.route53,
      HOSTED_ZONE_ID: at.zoneId,
      RECORDS: JSON.stringify([{ service: SERVICE, name: NAME }]),
      WATCH_SECONDS: String(at.watchSeconds),
    },
  });
}

/** Works, rests and works again. @returns a function that ends it once the work at hand is done. */
function poll(work: () => Promise<unknown>, rest: number): () => Promise<void> {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await work();
      await Promise.race([sleep(rest), stopped]);
    }
  })();
  return async () => {
    stopping.abort();
    await loop;
  };
}

const minutesLeft = (end: number) => `${Math.max(0, (end - now()) / 60_000).toFixed(1)} minutes`;

export function handoverRows({ lags }: Followed, missing: string): readonly Row[] {
  return (Object.keys(FOLLOWERS) as Follower[]).map((follower): Row => {
    const samples = lags[follower];
    const row = { part: 'handover', what: FOLLOWERS[follower] } as const;
    if (!samples) return { ...row, measured: `missing: ${missing}`, spread: '' };
    const { median, p99, min, max, count } = summarize(samples);
    return {
      ...row,
      measured: `median ${seconds(median)}, 99th percentile ${seconds(p99)}`,
      spread: `${seconds(min)} to ${seconds(max)}, ${count} flips`,
      ...(follower === 'windows' && {
        target: '99th percentile under 2 s',
        verdict: atMost(p99 / 1_000, 2, 's', () => 'what flips between two windows waits for the next one'),
      }),
    };
  });
}

const seconds = (milliseconds: number) =>
  milliseconds < 1_000 ? `${amount(milliseconds)} ms` : `${amount(milliseconds / 1_000)} s`;
