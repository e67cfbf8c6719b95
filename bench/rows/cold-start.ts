import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { now } from '../clock.ts';
import type { Bench } from '../part.ts';
import type { Variant } from '../parts/bundles.ts';
import { COMMON_ENV, startFunction } from '../parts/function-process.ts';
import { ourName, serviceName } from '../parts/protocol.ts';
import { startStandIns } from '../parts/stand-ins.ts';
import { amount, atMost, type Row } from '../row.ts';
import { median, summarize } from '../statistics.ts';

const VARIANTS: readonly Variant[] = ['empty', 'deployed', 'careless'];

/** Milliseconds, one of each for every round. */
export interface ColdStarts {
  /** From the start of a process to its end, when all it does is to load the handler. */
  readonly load: Readonly<Record<Variant, readonly number[]>>;
  /** From the start of a process to the end of its first pass, which changes nothing. */
  readonly firstPass: Readonly<Record<Variant, readonly number[]>>;
  /** Bytes of each bundle. */
  readonly bytes: Readonly<Record<Variant, number>>;
}

/** The variants in turn, round after round, so that whatever else the machine does strikes them all. */
export async function measureColdStart(bench: Bench): Promise<ColdStarts> {
  const standIns = await startStandIns({ throttle: false });
  try {
    await standIns.registerServices({ services: 1, nodes: 2 });
    const zoneId = await standIns.createZone({ others: 0, names: 1 });
    const env = {
      CONSUL_HTTP_ADDR: standIns.consul,
      AWS_ENDPOINT_URL_ROUTE_53: standIns.route53,
      HOSTED_ZONE_ID: zoneId,
      RECORDS: JSON.stringify([{ service: serviceName(0), name: ourName(0, { others: 0, names: 1 }) }]),
      WATCH_SECONDS: '0',
    };
    const load = emptySamples();
    const firstPass = emptySamples();
    const rounds = bench.quick ? 4 : 25;
    // The first round fills the caches of the file system.
    for (let round = -1; round < rounds; round++) {
      for (const variant of VARIANTS) {
        const folder = bench.bundles.folder(variant);
        const loaded = await timeLoad(bench.node, folder);
        const passed = await timeFirstPass({ folder, node: bench.node, env });
        if (round < 0) continue;
        load[variant].push(loaded);
        firstPass[variant].push(passed);
      }
    }
    bench.say(`cold start: ${rounds} rounds`);
    const [empty, deployed, careless] = await Promise.all(VARIANTS.map(bench.bundles.bytes));
    return {
      load,
      firstPass,
      bytes: { empty: empty ?? 0, deployed: deployed ?? 0, careless: careless ?? 0 },
    };
  } finally {
    await standIns.close();
  }
}

async function timeLoad(node: string, folder: string): Promise<number> {
  const start = now();
  await promisify(execFile)(node, [join(folder, 'load.cjs')], { env: COMMON_ENV });
  return now() - start;
}

async function timeFirstPass(options: Parameters<typeof startFunction>[0]): Promise<number> {
  const process = startFunction(options);
  try {
    const { outcome, error } = await process.invoke(10_000);
    const took = now() - process.startedAt;
    if (!['unchanged', 'changed', 'none'].includes(outcome))
      throw new Error(`the run was ${outcome}: ${error}`);
    return took;
  } finally {
    await process.close();
  }
}

function emptySamples(): Record<Variant, number[]> {
  return { empty: [], deployed: [], careless: [] };
}

/** What a variant takes over the empty one, in the median of the rounds. */
export function costOver(samples: ColdStarts['load'], variant: Variant): number {
  return median(samples[variant].map((sample, round) => sample - (samples.empty[round] ?? Number.NaN)));
}

const WHAT: Readonly<Record<Variant, string>> = {
  empty: '(a) an empty handler',
  deployed: 'the function as deployed',
  careless: '(b) the same bundled without any care',
};

/** See docs/adr/0011: less could be had only by changing the packages' sources. */
const MAX_COST = 0.7;
const MAX_KILOBYTES = 400;

export function coldStartRows({ load, firstPass, bytes }: ColdStarts): readonly Row[] {
  const row = (what: string, samples: readonly number[], more: Partial<Row> = {}): Row => {
    const { median: middle, min, max, count } = summarize(samples);
    return {
      part: 'cold',
      what,
      measured: `${amount(middle)} ms`,
      spread: `${amount(min)} to ${amount(max)} ms, ${count} runs`,
      ...more,
    };
  };
  const [ours, careless] = [costOver(load, 'deployed'), costOver(load, 'careless')];
  return [
    ...VARIANTS.map((variant) => row(`load and end: ${WHAT[variant]}`, load[variant])),
    {
      part: 'cold',
      what: 'what loading costs over (a), against what (b) costs over (a)',
      measured: `${amount(ours)} ms of ${amount(careless)} ms: ${amount(ours / careless)} ×`,
      spread: 'medians of the differences in each round',
      target: `at most ${MAX_COST} ×`,
      verdict: atMost(
        ours / careless,
        MAX_COST,
        '×',
        () => 'what the function needs of the SDK and the Consul client',
      ),
    },
    ...VARIANTS.map((variant) =>
      row(`process start to end of the first pass: ${WHAT[variant]}`, firstPass[variant]),
    ),
    {
      part: 'cold',
      what: 'bundle, minified, source map aside',
      measured: `${amount(bytes.deployed / 1_000)} KB; (b) ${amount(bytes.careless / 1_000)} KB`,
      spread: '',
      target: `at most ${MAX_KILOBYTES} KB`,
      verdict: atMost(
        bytes.deployed / 1_000,
        MAX_KILOBYTES,
        'KB',
        () => 'what the function needs of the SDK and the Consul client',
      ),
    },
  ];
}
