import type { Bench } from './part.ts';
import { failoverPlot } from './plots/failover.ts';
import { loadPlot } from './plots/load.ts';
import { scalePlot } from './plots/scale.ts';
import { PARTS, type Part, type Row } from './row.ts';
import { measureColdStart } from './rows/cold-start.ts';
import { coldStartRows } from './rows/cold-start-rows.ts';
import { fillingRow, measureFilling } from './rows/filling.ts';
import { firstChangeRow, measureFirstChange } from './rows/first-change.ts';
import { handoverRows, measureHandover } from './rows/handover.ts';
import { measureLoad } from './rows/load.ts';
import { loadRows } from './rows/load-rows.ts';
import { measureNodeLoss, nodeLossRows } from './rows/node-loss.ts';
import { measureQuiet, type Quiet } from './rows/quiet.ts';
import { callRows, memoryRows } from './rows/quiet-rows.ts';
import { measureReaction } from './rows/reaction.ts';
import { reactionRows } from './rows/reaction-rows.ts';
import { measureScale, type Size } from './rows/scale.ts';
import { scaleRows } from './rows/scale-rows.ts';

export interface Plot {
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

export interface Measured {
  readonly rows: readonly Row[];
  readonly plots: readonly Plot[];
  /** Parts that broke down; a line of the table says how. */
  readonly broken: readonly Part[];
}

/** Each number of names among each number of records of others. */
const sizes = (names: readonly number[], others: readonly number[]): readonly Size[] =>
  names.flatMap((count) => others.map((around) => ({ names: count, others: around })));

const WHOLE = {
  // So many names wait for Route 53's limits for over a minute.
  sizes: [...sizes([1, 10, 100], [0, 1_000, 10_000]), ...sizes([1_000], [10_000])],
  rounds: 2,
  fillings: [300, 1_000],
  losses: [
    { names: 500, rounds: 3 },
    { names: 1_000, rounds: 1 },
  ],
};
const QUICK = {
  sizes: sizes([1, 100], [0, 1_000]),
  rounds: 1,
  fillings: [300],
  losses: [{ names: 500, rounds: 1 }],
};

/** Measures one part after the other: never two at a time, as each is about time. */
export async function measure(bench: Bench, parts: readonly Part[]): Promise<Measured> {
  const missing = 'unavailable' in bench.consulTemplate ? bench.consulTemplate.unavailable : '';
  const rows: Row[] = [];
  const plots: Plot[] = [];
  const broken: Part[] = [];
  // Two parts look at the same windows.
  let quiet: Quiet | undefined;
  const work: Readonly<Record<Part, () => Promise<void>>> = {
    async reaction() {
      const measured = await measureReaction(bench);
      rows.push(
        ...(typeof measured === 'string' ? absent('reaction', measured) : reactionRows(measured, missing)),
      );
    },
    async first() {
      rows.push(firstChangeRow(await measureFirstChange(bench)));
    },
    async handover() {
      const measured = await measureHandover(bench);
      if (typeof measured === 'string') return void rows.push(...absent('handover', measured));
      rows.push(...handoverRows(measured, missing));
      plots.push({
        file: 'failover.svg',
        alt: 'How many of the changes have arrived, by the time since a health check flipped',
        svg: failoverPlot(measured),
      });
    },
    async cold() {
      rows.push(...coldStartRows(await measureColdStart(bench)));
    },
    async load() {
      const measured = await measureLoad(bench);
      if (typeof measured === 'string') return void rows.push(...absent('load', measured));
      rows.push(...loadRows(measured, missing));
      plots.push({
        file: 'load.svg',
        alt: 'What a health flip costs Consul, by the number of clients',
        svg: loadPlot(measured),
      });
    },
    async calls() {
      quiet ??= await measureQuiet(bench);
      rows.push(...callRows(quiet));
    },
    async scale() {
      const { sizes: all, rounds, losses, fillings } = bench.quick ? QUICK : WHOLE;
      const samples = await measureScale(bench, all, rounds);
      rows.push(...scaleRows(samples));
      for (const count of fillings) rows.push(fillingRow(await measureFilling(bench, count)));
      for (const loss of losses)
        rows.push(...nodeLossRows(await measureNodeLoss(bench, loss.names, loss.rounds)));
      plots.push({
        file: 'scale.svg',
        alt: 'Calls and time of a run against the size of the zone',
        svg: scalePlot(samples),
      });
    },
    async memory() {
      quiet ??= await measureQuiet(bench);
      rows.push(...memoryRows(quiet));
    },
  };
  for (const part of parts) {
    bench.say(PARTS[part]);
    try {
      await work[part]();
    } catch (error) {
      broken.push(part);
      rows.push(...absent(part, error instanceof Error ? error.message : String(error)));
    }
  }
  return { rows, plots, broken };
}

/** A part that could not be measured is a line of the table all the same, and costs nobody the others. */
function absent(part: Part, why: string): readonly Row[] {
  return [{ part, what: 'not measured', measured: why, spread: '' }];
}
