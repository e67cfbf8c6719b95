import { allAtMost, amount, type Row } from '../row.ts';
import { median, type Summary, summarize } from '../statistics.ts';
import { type Reactions, SIZES, sizeInWords } from './reaction.ts';

/** The bounds of a reaction: times consul-template's median, and milliseconds. */
const WHOLE = { ratio: 1.25, p99: 250 };
const SHARED = { median: 25, p99: 150 };

/** @param missing why there is no consul-template, if there is none. */
export function reactionRows(
  { floor, ours, consulTemplate, shares }: Reactions,
  missing: string,
): readonly Row[] {
  const least = summarize(floor.accepted);
  const consul = median(floor.answered);
  const other = consulTemplate && summarize(consulTemplate);
  const own = summarize(ours);
  const over = ({ median: middle }: Summary) => `${amount(middle - least.median)} ms above the floor`;
  return [
    row('the floor: a bare process asks Consul over a socket, and signs and sends one request', least, {
      measured: `${inWords(least)}: ${amount(consul)} ms of it until Consul answers, ${amount(least.median - consul)} for the request`,
    }),
    other
      ? row("consul-template's hosts file rewritten", other, {
          measured: `${inWords(other)}; ${over(other)}`,
        })
      : { part: 'reaction', what: 'consul-template', measured: `missing: ${missing}`, spread: '' },
    row('the function with a whole processor: check fails → change accepted', own, {
      measured: [
        inWords(own),
        ...(other ? [`${amount(own.median / other.median)} × consul-template`] : []),
        `${over(own)}, which its SDK, plan, guards and report take; ${amount(consul)} ms are Consul's`,
      ].join('; '),
      target: `median at most ${WHOLE.ratio} × consul-template's, 99th percentile under ${WHOLE.p99} ms`,
      verdict: allAtMost([
        ...(other
          ? [['× consul-template in the median', own.median / other.median, WHOLE.ratio] as const]
          : []),
        ['ms at the 99th percentile', own.p99, WHOLE.p99],
      ]),
    }),
    ...SIZES.map((size): Row => {
      const samples = shares[size];
      const what = `the function with the CPU of ${sizeInWords(size)}`;
      if (typeof samples === 'string') return { part: 'reaction', what, measured: samples, spread: '' };
      const shared = summarize(samples);
      return row(what, shared, {
        measured: `${inWords(shared)}; ${over(shared)}`,
        target: `median under ${SHARED.median} ms, 99th percentile under ${SHARED.p99} ms`,
        verdict: allAtMost([
          ['ms in the median', shared.median, SHARED.median],
          ['ms at the 99th percentile', shared.p99, SHARED.p99],
        ]),
      });
    }),
  ];
}

function row(what: string, { min, max, count }: Summary, rest: Omit<Row, 'part' | 'what' | 'spread'>): Row {
  return { part: 'reaction', what, spread: `${amount(min)} to ${amount(max)} ms, ${count} flips`, ...rest };
}

const inWords = ({ median: middle, p99 }: Summary) =>
  `median ${amount(middle)} ms, 99th percentile ${amount(p99)} ms`;
