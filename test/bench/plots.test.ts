import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { failoverPlot } from '../../bench/plots/failover.ts';
import { powersOfTen, scale } from '../../bench/plots/panel.ts';
import { scalePlot } from '../../bench/plots/scale.ts';
import { element, escaped } from '../../bench/plots/svg.ts';
import { PHASES, type Sample } from '../../bench/rows/scale.ts';

const parse = (svg: string) => new XMLParser({ ignoreAttributes: false }).parse(svg);
const count = (svg: string, name: string) => svg.split(`<${name} `).length - 1;

describe('an axis', () => {
  const ticks = [
    { at: 1, label: '' },
    { at: 100, label: '' },
  ];

  it('places its first and last tick at its ends, and what lies beyond at the edge', () => {
    const toX = scale({ ticks }, 0, 198);
    expect([1, 50, 100, 0, 1_000].map(toX)).toEqual([0, 98, 198, 0, 198]);
  });

  it('multiplies where it is logarithmic, and may run upwards', () => {
    const toY = scale({ ticks, logarithmic: true }, 200, 0);
    expect([1, 10, 100].map(toY)).toEqual([200, 100, 0]);
  });

  it('encloses its values by powers of ten, at least two', () => {
    const at = (values: readonly number[]) => powersOfTen(values, String).map((tick) => tick.at);
    expect(at([3, 250])).toEqual([1, 10, 100, 1_000]);
    expect(at([1])).toEqual([1, 10]);
  });
});

it('text and attributes are escaped', () => {
  expect(escaped('a < "b" & c')).toBe('a &lt; &quot;b&quot; &amp; c');
  expect(element('text', { x: 1.26, y: undefined, 'aria-label': 'a<b' }, escaped('<'))).toBe(
    '<text x="1.3" aria-label="a&lt;b">&lt;</text>',
  );
});

describe('the failover plot', () => {
  const svg = failoverPlot({
    minutes: 10,
    lags: { windows: [20, 40, 900], plain: [30_000, 59_000] },
    missed: {},
  });

  it('is sound XML with a title, and a curve for each follower that there was', () => {
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(parse(svg).svg).toMatchObject({ title: expect.stringContaining('health check') });
    expect(count(svg, 'path')).toBe(2);
    expect(svg).toContain('plain schedule');
    expect(svg).not.toContain('consul-template');
  });

  it('rises with the share that has arrived', () => {
    const [curve = ''] = /M[^"]+/.exec(svg) ?? [];
    const heights = [...curve.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y));
    // From the bottom at 320 to the top at 70, a third each.
    expect(heights).toEqual([236.7, 153.3, 70, 70]);
  });
});

it('the scale plot has three panels, a line in each for each number of names', () => {
  const calls = { route53: { ListResourceRecordSets: 3 }, throttled: 0, consul: 1 };
  const samples = [1, 100].flatMap((names) =>
    [0, 1_000].flatMap((others) =>
      PHASES.map((phase): Sample => ({ names, others, phase, took: 100, calls, peak: 1 })),
    ),
  );
  const svg = scalePlot(samples);
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(count(svg, 'path')).toBe(6);
  expect(count(svg, 'circle')).toBe(12);
  for (const words of ['1 name<', '100 names<', '1,000<']) expect(svg).toContain(words);
});
