import { until } from '../../emulators/until.ts';
import { sleep } from '../clock.ts';
import type { Bench } from '../part.ts';
import { startConsulTemplate } from '../parts/consul-template.ts';
import { NAME, SERVICE, startFleet } from '../parts/fleet.ts';
import { startFunction } from '../parts/function-process.ts';
import { startStandIns } from '../parts/stand-ins.ts';
import { type Witness, witnessHosts, witnessZone } from '../parts/witness.ts';
import { amount, atMost, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';

/** Milliseconds from a check's failing or recovering until each had it; the same flips for both. */
export interface Reactions {
  readonly ours: readonly number[];
  readonly consulTemplate?: readonly number[];
}

/** Each is flipped often enough to count, and seldom enough not to be one that comes and goes all the time. */
const INSTANCES = 24;

/** Milliseconds between two flips: consul-template lets 100 pass between two answers. */
const PAUSE = { least: 200, spread: 150 };

/** So many that a window ends long before its 60th second, from which on it lets the next one go first. */
const FLIPS_IN_A_WINDOW = 50;

/** Milliseconds that an invocation has. */
const TIME = 700_000;

/** The same health flips on the same Consul, side by side in open windows of one process. */
export async function measureReaction(bench: Bench): Promise<Reactions | string> {
  if ('unavailable' in bench.consul) return `no real Consul: ${bench.consul.unavailable}`;
  const closers: (() => Promise<void>)[] = [];
  try {
    const fleet = await startFleet(bench.consul, INSTANCES);
    closers.push(fleet.close);
    const standIns = await startStandIns({ throttle: false });
    closers.push(standIns.close);
    const zoneId = await standIns.createZone({ others: 0, names: 0 });
    const ours = witnessZone(standIns, zoneId);
    let theirs: Witness | undefined;
    if ('bin' in bench.consulTemplate) {
      const template = await startConsulTemplate(bench.consulTemplate.bin, {
        consul: fleet.agents[0] ?? '',
        service: SERVICE,
        name: NAME,
      });
      closers.push(template.close);
      theirs = witnessHosts(template);
    }
    const process = startFunction({
      folder: bench.bundles.folder('deployed'),
      node: bench.node,
      env: {
        CONSUL_HTTP_ADDR: fleet.agents.join(),
        AWS_ENDPOINT_URL_ROUTE_53: standIns.route53,
        HOSTED_ZONE_ID: zoneId,
        RECORDS: JSON.stringify([{ service: SERVICE, name: NAME }]),
        WATCH_SECONDS: '600',
      },
    });
    closers.push(process.close);
    let isOpen = false;
    const stop = standIns.onBatch(() => {
      isOpen = true;
    });
    const open = () => {
      const run = process.invoke(TIME);
      // Looked at when the window ends, if it comes to that.
      run.catch(() => undefined);
      return run;
    };
    let run = open();
    const ended = run.then(({ outcome, error }) => {
      if (!isOpen) throw new Error(`the window was never open: ${outcome}${error ? `, ${error}` : ''}`);
    });
    ended.catch(() => undefined);
    await Promise.race([until(() => isOpen, { within: 30_000, what: 'the first pass' }), ended]);
    stop();

    const samples: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    const flips = bench.quick ? 20 : 200;
    while (samples.ours.length < flips) {
      if (samples.ours.length > 0) {
        process.endWindow();
        await run;
        run = open();
      }
      // The first ones of a window find it still opening, and code that nobody has run yet, on both sides.
      for (let count = -4; count < FLIPS_IN_A_WINDOW && samples.ours.length < flips; count++) {
        await sleep(PAUSE.least + Math.random() * PAUSE.spread);
        const flip = await fleet.flip();
        const at = (witness: Witness) => until(() => witness.arrival(flip), { every: 2, what: 'a flip' });
        const [here, there] = await Promise.all([at(ours), theirs && at(theirs)]);
        if (count < 0) continue;
        samples.ours.push(here - flip.at);
        if (there !== undefined) samples.theirs.push(there - flip.at);
      }
      bench.say(`reaction: ${samples.ours.length} of ${flips} flips`);
    }
    process.endWindow();
    await run;
    return { ours: samples.ours, ...(theirs && { consulTemplate: samples.theirs }) };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

export function reactionRows({ ours, consulTemplate }: Reactions, missing: string): readonly Row[] {
  const own = summarize(ours);
  const other = consulTemplate && summarize(consulTemplate);
  const spread = ({ min, max, count }: typeof own) => `${amount(min)} to ${amount(max)} ms, ${count} flips`;
  return [
    {
      part: 'reaction',
      what: "check fails → change accepted by Route 53's stand-in, median",
      measured: `${amount(own.median)} ms${other ? `, ${amount(own.median / other.median)} × consul-template` : ''}`,
      spread: spread(own),
      target: 'no slower than consul-template',
      ...(other && {
        verdict: atMost(
          own.median,
          other.median,
          'ms',
          () =>
            'both hear of it from Consul at the same time, and a signed request to another process takes longer than to write a file',
        ),
      }),
    },
    {
      part: 'reaction',
      what: 'the same, 99th percentile',
      measured: `${amount(own.p99)} ms`,
      spread: '',
      target: 'under 250 ms',
      verdict: atMost(own.p99, 250, 'ms', () => 'look at the load of the machine first'),
    },
    {
      part: 'reaction',
      what: "the same flips → consul-template's hosts file rewritten, median",
      measured: other
        ? `${amount(other.median)} ms (99th percentile ${amount(other.p99)} ms)`
        : `missing: ${missing}`,
      spread: other ? spread(other) : '',
    },
  ];
}
