import { listCalls, wholeBatches } from '../floor.ts';
import { allAtMost, amount, type Row } from '../row.ts';
import { median } from '../statistics.ts';
import { NODES, type Phase, type Sample, type Size } from './scale.ts';

const MIB = 2 ** 20;

/** MB that a function of so many records has, as deployed. */
const memoryOf = (names: number) => (names > 20 ? 256 : 128);

/** Record sets of one name, and characters in their values. */
const SETS = NODES + 1;
const CHARACTERS =
  NODES * '10.255.255.8'.length +
  '"heritage=consul-route53-updater,owner=consul-route53-updater,service=service-999"'.length;

/** The samples of one size in one phase, and their medians. */
export interface Cell extends Size {
  readonly phase: Phase;
  readonly took: readonly number[];
  readonly calls: number;
  readonly lists: number;
  readonly batches: number;
  readonly throttled: number;
  /** The most in any round, in MiB. */
  readonly peak: number;
}

export function cellOf(samples: readonly Sample[], { names, others }: Size, phase: Phase): Cell {
  const own = samples.filter(
    (sample) => sample.names === names && sample.others === others && sample.phase === phase,
  );
  // The most of all rounds: one that needed more calls is what counts against the floor.
  const most = (count: (sample: Sample) => number) => Math.max(...own.map(count));
  const operation = (name: string) => most(({ calls }) => calls.route53[name] ?? 0);
  return {
    ...{ names, others, phase },
    took: own.map(({ took }) => took),
    calls: most(({ calls }) => Object.values(calls.route53).reduce((sum, count) => sum + count, 0)),
    lists: operation('ListResourceRecordSets'),
    batches: operation('ChangeResourceRecordSets'),
    throttled: most(({ calls }) => calls.throttled),
    peak: most(({ peak }) => peak) / MIB,
  };
}

/** One row a size: how long, and whether calls and memory keep to their bounds. */
export function scaleRows(samples: readonly Sample[]): readonly Row[] {
  const sizes = new Map(samples.map(({ names, others }) => [`${names}/${others}`, { names, others }]));
  return [...sizes.values()].map((size): Row => {
    const [first, quiet, flip] = [
      cellOf(samples, size, 'first'),
      cellOf(samples, size, 'quiet'),
      cellOf(samples, size, 'flip'),
    ];
    const sets = size.names * SETS;
    const floors = {
      first: listCalls({ names: size.names, sets: size.others }),
      quiet: listCalls({ names: size.names, sets: size.others + sets + 1 }),
      // The news that come first do not wait for the others.
      batches:
        wholeBatches({ names: size.names, sets: SETS, characters: CHARACTERS }) + (size.names > 1 ? 1 : 0),
    };
    const peak = Math.max(first.peak, quiet.peak, flip.peak);
    const throttled = first.throttled + quiet.throttled + flip.throttled;
    return {
      part: 'scale',
      what: `${counted(size.names, 'name')} among ${amount(size.others)} others`,
      measured: [
        `first run ${time(first.took)}, ${counted(first.lists, 'list')}, ${counted(first.batches, 'batch', 'batches')}`,
        `quiet run ${time(quiet.took)}, ${counted(quiet.lists, 'list')}`,
        `flip ${time(flip.took)}, ${counted(flip.calls, 'call')}`,
        `peak ${amount(peak)} MiB`,
        ...(throttled > 0 ? [`${throttled} refused for the limit, and sent again`] : []),
      ].join('; '),
      spread: [first, quiet, flip].map(({ took }) => range(took)).join('; '),
      target: `lists at most ${floors.first} and ${floors.quiet}, batches ${floors.batches}, flip 1 call, under ${memoryOf(size.names)} MiB, none refused`,
      verdict: allAtMost([
        ['lists of the first run', first.lists, floors.first],
        ['lists of the quiet run', quiet.lists, floors.quiet],
        ['batches', first.batches, floors.batches],
        ['calls of a flip', flip.calls, 1],
        ['MiB at the peak', peak, memoryOf(size.names)],
        ['requests refused for the limit', throttled, 0],
      ]),
    };
  });
}

const time = (took: readonly number[]) => inUnit(median(took));
const range = (took: readonly number[]) => `${inUnit(Math.min(...took))} to ${inUnit(Math.max(...took))}`;
const inUnit = (ms: number) => (ms < 1_000 ? `${amount(ms)} ms` : `${amount(ms / 1_000)} s`);

function counted(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`;
}
