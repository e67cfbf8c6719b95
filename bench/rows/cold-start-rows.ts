import type { Variant } from '../parts/bundles.ts';
import { amount, atMost, type Row } from '../row.ts';
import { median, summarize } from '../statistics.ts';
import { type ColdStarts, VARIANTS } from './cold-start.ts';
import { SIZES, type Size, sizeInWords } from './reaction.ts';

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
const WHY = () => 'what the function needs of the SDK and the Consul client';

/** Milliseconds of a first pass. */
const MAX_FIRST: Readonly<Partial<Record<Size, number>>> = { 128: 120 };

export function coldStartRows({ load, initialised, firstPass, shared, bytes }: ColdStarts): readonly Row[] {
  const [ours, careless] = [costOver(load, 'deployed'), costOver(load, 'careless')];
  const ratio = ours / careless;
  return [
    ...VARIANTS.map((variant) => row(`load and end: ${WHAT[variant]}`, load[variant])),
    {
      part: 'cold',
      what: 'what loading costs over (a), against what (b) costs over (a)',
      measured: `${amount(ours)} ms of ${amount(careless)} ms: ${amount(ratio)} ×`,
      spread: 'medians of the differences in each round',
      target: `at most ${MAX_COST} ×`,
      verdict: atMost(ratio, MAX_COST, '×', WHY),
    },
    row('initialisation as in Lambda, with a whole processor: load, and warm up', initialised),
    row('first pass after it, with a whole processor', firstPass),
    ...SIZES.map((size) => {
      const what = `first pass after it, with the CPU of ${sizeInWords(size)}`;
      return row(what, shared[size], MAX_FIRST[size]);
    }),
    {
      part: 'cold',
      what: 'bundle, minified, source map aside',
      measured: `${amount(bytes.deployed / 1_000)} KB; (b) ${amount(bytes.careless / 1_000)} KB`,
      spread: '',
      target: `at most ${MAX_KILOBYTES} KB`,
      verdict: atMost(bytes.deployed / 1_000, MAX_KILOBYTES, 'KB', WHY),
    },
  ];
}

/** @param most milliseconds that the median may be. */
function row(what: string, samples: readonly number[] | string, most?: number): Row {
  if (typeof samples === 'string') return { part: 'cold', what, measured: samples, spread: '' };
  const { median: middle, min, max, count } = summarize(samples);
  return {
    part: 'cold',
    what,
    measured: `${amount(middle)} ms`,
    spread: `${amount(min)} to ${amount(max)} ms, ${count} runs`,
    ...(most !== undefined && {
      target: `under ${most} ms`,
      verdict: atMost(middle, most, 'ms', () => 'what of it is not warmed up, and a handshake with Route 53'),
    }),
  };
}
