import { now, sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { startConsulTemplate } from '../parts/consul-template.ts';
import { startDeployed } from '../parts/deployed.ts';
import { type Fleet, type Flip, NAME, SERVICE, startFleet } from '../parts/fleet.ts';
import type { FunctionProcess } from '../parts/function-process.ts';
import { startSchedule } from '../parts/schedule.ts';
import { type RunningStandIns, startStandIns } from '../parts/stand-ins.ts';
import { type Witness, witnessHosts, witnessZone } from '../parts/witness.ts';
import { allAtMost, amount, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';

/** Who follows the same flips, each with a zone of its own. */
export const FOLLOWERS = {
  windows: 'windows that overlap, a new process at each tick',
  plain: 'plain schedule, one pass at each tick',
  consulTemplate: 'consul-template, always running',
} as const;
export type Follower = keyof typeof FOLLOWERS;

/** Milliseconds from each flip until each follower had it. */
export interface Followed {
  readonly minutes: number;
  readonly lags: Readonly<Partial<Record<Follower, readonly number[]>>>;
  /** How many flips never arrived, if any. */
  readonly missed: Readonly<Partial<Record<Follower, number>>>;
}

/** So many that the slowest has seen an instance before it flips again. */
const INSTANCES = 120;

/** Milliseconds between two flips, at random moments of the minute. */
const PAUSE = { least: 500, spread: 1_000 };

/** As deployed: windows longer than the minute by what a tick may be late and more, and 5 s more until the timeout. */
const WHOLE = { every: 60_000, late: 8_000, doubled: 0.15, window: 75, reserve: 5_000, flips: 300_000 };
/** Too short for a stand-by, which begins with the 60th second of a window. */
const QUICK = { every: 15_000, late: 2_000, doubled: 0.15, window: 19, reserve: 5_000, flips: 40_000 };

/** Nothing else may run beside it: it is about time. */
export async function measureHandover(bench: Bench): Promise<Followed | string> {
  if ('unavailable' in bench.consul) return `no real Consul: ${bench.consul.unavailable}`;
  const { window, reserve, flips, ...ticks } = bench.quick ? QUICK : WHOLE;
  const { every } = ticks;
  const time = window * 1_000 + reserve;
  const closers: (() => Promise<void>)[] = [];
  try {
    const fleet = await startFleet(bench.consul, INSTANCES);
    closers.push(fleet.close);
    const standIns = await startStandIns(bench, { throttle: false });
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
    const open = new Set<FunctionProcess>();
    closers.push(async () => void (await Promise.all([...open].map((process) => process.close()))));
    const inNewProcess = (start: typeof watching) => async () => {
      const process = start();
      open.add(process);
      const { outcome, error } = await process.invoke(time);
      await process.close();
      open.delete(process);
      if (outcome === 'failed' || outcome === 'threw')
        throw new Error(`an invocation came to ${outcome}: ${error}`);
    };
    const schedule = { ...ticks, random: Math.random };
    const schedules = [watching, passing].map((start) => startSchedule(inNewProcess(start), schedule));
    // Each has published the whole service before the first flip.
    await sleep(every / 4);

    const made: Flip[] = [];
    const end = now() + flips;
    while (now() < end) {
      await sleep(PAUSE.least + Math.random() * PAUSE.spread);
      made.push(await fleet.flip());
      if (made.length % 50 === 0) bench.say(`hand-over: ${made.length} flips, ${minutesLeft(end)} to go`);
    }
    const followed = await arrivals(made, witnesses, every * 2);
    for (const process of open) process.endWindow();
    await Promise.all(schedules.map(({ stop }) => stop()));
    return { minutes: flips / 60_000, ...followed };
  } finally {
    for (const close of closers.reverse()) await close().catch(() => undefined);
  }
}

/** When each flip was where, for those that arrive in so many milliseconds. */
async function arrivals(
  flips: readonly Flip[],
  witnesses: ReadonlyMap<Follower, Witness>,
  within: number,
): Promise<Pick<Followed, 'lags' | 'missed'>> {
  const lags: Partial<Record<Follower, readonly number[]>> = {};
  const missed: Partial<Record<Follower, number>> = {};
  const deadline = now() + within;
  for (const [follower, witness] of witnesses) {
    const found = () => flips.map((flip) => (witness.arrival(flip) ?? Number.NaN) - flip.at);
    while (found().some(Number.isNaN) && now() < deadline) await sleep(50);
    lags[follower] = found().filter((lag) => !Number.isNaN(lag));
    missed[follower] = flips.length - (lags[follower]?.length ?? 0);
  }
  return { lags, missed };
}

function startOne(
  bench: Bench,
  at: { fleet: Fleet; standIns: RunningStandIns; zoneId: string; watchSeconds: number },
) {
  return startDeployed(bench, at.standIns, {
    zoneId: at.zoneId,
    records: [{ service: SERVICE, name: NAME }],
    watchSeconds: at.watchSeconds,
    consul: at.fleet.agents.join(),
  });
}

const minutesLeft = (end: number) => `${Math.max(0, (end - now()) / 60_000).toFixed(1)} minutes`;

export function handoverRows({ lags, missed }: Followed, missing: string): readonly Row[] {
  return (Object.keys(FOLLOWERS) as Follower[]).map((follower): Row => {
    const samples = lags[follower];
    const row = { part: 'handover', what: FOLLOWERS[follower] } as const;
    if (!samples) return { ...row, measured: `missing: ${missing}`, spread: '' };
    const lost = missed[follower] ?? 0;
    const arrived = samples.length > 0 ? summarize(samples) : undefined;
    const { p99 = Number.POSITIVE_INFINITY, max = Number.POSITIVE_INFINITY } = arrived ?? {};
    const said = [
      ...(arrived ? [`median ${seconds(arrived.median)}, 99th percentile ${seconds(arrived.p99)}`] : []),
      ...(lost > 0 ? [`${lost} missed`] : []),
    ];
    return {
      ...row,
      measured: said.join(', '),
      spread: `${arrived ? `${seconds(arrived.min)} to ${seconds(arrived.max)}, ` : ''}${samples.length + lost} flips`,
      ...(follower === 'windows' && {
        target: '99th percentile under 100 ms, none over 1 s, none missed',
        verdict: allAtMost([
          ['ms at the 99th percentile', p99, MOST.p99],
          ['ms at most', max, MOST.max],
          ['flips missed', lost, 0],
        ]),
      }),
    };
  });
}

/** Milliseconds. Between two windows the one on stand-by waits for the next one, up to 300 of them. */
const MOST = { p99: 100, max: 1_000 };

const seconds = (milliseconds: number) =>
  milliseconds < 1_000 ? `${amount(milliseconds)} ms` : `${amount(milliseconds / 1_000)} s`;
