import { FOLLOWERS, type Followed, type Follower } from '../rows/handover.ts';
import { cumulative } from '../statistics.ts';
import { COLORS, legend, panel, type Series } from './panel.ts';
import { picture } from './svg.ts';

const ORDER = ['windows', 'consulTemplate', 'plain'] as const satisfies readonly Follower[];

const SHORT = {
  windows: 'watch windows',
  consulTemplate: 'consul-template',
  plain: 'plain schedule',
};

/** How much of the changes has arrived, by the time since the check flipped. */
export function failoverPlot({ lags, minutes }: Followed): string {
  const series = ORDER.flatMap((follower, index): Series[] => {
    const samples = lags[follower];
    if (!samples) return [];
    const points = cumulative(samples).map(({ value, share }) => ({ x: value, y: share * 100 }));
    const [first] = points;
    // From the bottom up to the first one.
    const whole = first ? [{ x: first.x, y: 0 }, ...points, { x: END, y: 100 }] : points;
    return [{ label: SHORT[follower], color: COLORS[index] ?? '#333333', points: whole, steps: true }];
  });
  return picture(
    760,
    380,
    {
      title: 'After a health check flips: how many of the changes have arrived',
      description: `Cumulative share of all flips over ${minutes.toFixed(0)} minutes: ${ORDER.filter(
        (one) => lags[one],
      )
        .map((one) => FOLLOWERS[one])
        .join('; ')}.`,
    },
    panel({
      ...{ left: 60, top: 70, width: 670, height: 250 },
      title: 'Share of health flips that have arrived, by the time since the flip',
      x: {
        logarithmic: true,
        title: 'time since the check flipped',
        ticks: [
          { at: 1, label: '1 ms' },
          { at: 10, label: '10 ms' },
          { at: 100, label: '100 ms' },
          { at: 1_000, label: '1 s' },
          { at: 10_000, label: '10 s' },
          { at: 60_000, label: '1 min' },
          { at: END, label: '' },
        ],
      },
      y: { ticks: [0, 25, 50, 75, 100].map((at) => ({ at, label: `${at} %` })) },
      series,
    }),
    legend(60, 36, series),
  );
}

/** Milliseconds at the right edge. */
const END = 120_000;
