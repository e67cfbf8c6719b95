import type { Phase, Sample } from '../rows/scale.ts';
import { type Cell, cellOf } from '../rows/scale-rows.ts';
import { median } from '../statistics.ts';
import { COLORS, legend, panel, powersOfTen, type Series } from './panel.ts';
import { picture } from './svg.ts';

const PANELS: readonly {
  readonly title: string;
  readonly phase: Phase;
  readonly of: (cell: Cell) => number;
  readonly unit: (value: number) => string;
}[] = [
  {
    title: 'quiet run: Route 53 calls',
    phase: 'quiet',
    of: ({ calls }) => calls,
    unit: (value) => value.toLocaleString('en-GB'),
  },
  { title: 'quiet run: time', phase: 'quiet', of: ({ took }) => median(took), unit: duration },
  { title: 'one flip in a window: time', phase: 'flip', of: ({ took }) => median(took), unit: duration },
];

/** What a run and a flip cost, against the size of the zone. */
export function scalePlot(samples: readonly Sample[]): string {
  const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const allNames = ascending(samples.map(({ names }) => names));
  const allOthers = ascending(samples.map(({ others }) => others));
  const lines = allNames.map((names, index) => ({
    names,
    label: `${names.toLocaleString('en-GB')} name${names === 1 ? '' : 's'}`,
    color: COLORS[index % COLORS.length] ?? '#333333',
  }));
  const panels = PANELS.map(({ title, phase, of, unit }, index) => {
    const series = lines.map(({ names, ...line }): Series => {
      const measured = (others: number) =>
        samples.some((sample) => sample.names === names && sample.others === others);
      const points = allOthers.flatMap((others, x) =>
        measured(others) ? [{ x, y: of(cellOf(samples, { names, others }, phase)) }] : [],
      );
      return { ...line, points };
    });
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    return panel({
      ...{ left: 60 + index * 300, top: 70, width: 220, height: 230, title, series },
      x: {
        title: 'other records in the zone',
        ticks: allOthers.map((others, at) => ({ at, label: others.toLocaleString('en-GB') })),
      },
      y: { logarithmic: true, ticks: powersOfTen(values, unit) },
    });
  });
  return picture(
    920,
    360,
    {
      title: 'What a run costs, against the size of the zone',
      description:
        'Calls and time of a run in which nothing changed, and time of one health flip in an open window, for zones with different numbers of other records; one line for each number of names.',
    },
    ...panels,
    legend(60, 34, lines),
  );
}

function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${milliseconds / 1_000} s`;
}
