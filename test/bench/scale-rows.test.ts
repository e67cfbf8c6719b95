import { describe, expect, it } from 'vitest';
import type { Sample } from '../../bench/rows/scale.ts';
import { scaleRows } from '../../bench/rows/scale-rows.ts';

const MIB = 2 ** 20;

function samples(
  own: { lists?: number; flips?: number; peak?: number; throttled?: number } = {},
): readonly Sample[] {
  const { lists = 59, flips = 1, peak = 118, throttled = 0 } = own;
  const size = { names: 1_000, others: 10_000 };
  const calls = (route53: Record<string, number>) => ({ route53, throttled, consul: 1_000 });
  return [
    {
      ...{ ...size, phase: 'first', took: 4_000, peak: 100 * MIB },
      calls: calls({ GetHostedZone: 1, ListResourceRecordSets: 33, ChangeResourceRecordSets: 11 }),
    },
    {
      ...{ ...size, phase: 'quiet', took: 2_500, peak: peak * MIB },
      calls: calls({ GetHostedZone: 1, ListResourceRecordSets: lists }),
    },
    {
      ...{ ...size, phase: 'flip', took: 25, peak: 110 * MIB },
      calls: calls({ ChangeResourceRecordSets: flips }),
    },
  ];
}

describe('a row of the scale table', () => {
  it('is met where calls and memory keep to their bounds', () => {
    expect(scaleRows(samples())).toMatchObject([
      {
        what: '1,000 names among 10,000 others',
        measured:
          'first run 4 s, 33 lists, 11 batches; quiet run 2.5 s, 59 lists; flip 25 ms, 1 call; peak 118 MiB',
        target: 'lists at most 34 and 64, batches 11, flip 1 call, under 256 MiB, none refused',
        verdict: { met: true },
      },
    ]);
  });

  it('says each bound that is missed, by the worst of all rounds', () => {
    const rows = scaleRows([...samples(), ...samples({ lists: 65, flips: 2, peak: 260, throttled: 3 })]);
    expect(rows).toMatchObject([
      {
        verdict: {
          met: false,
          missed:
            'lists of the quiet run: 65 instead of 64; calls of a flip: 2 instead of 1; MiB at the peak: 260 instead of 256; requests refused for the limit: 9 instead of 0',
        },
      },
    ]);
  });
});
