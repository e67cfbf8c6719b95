import type { Cost, Loads } from '../rows/load.ts';
import { median } from '../statistics.ts';
import { COLORS, legend, panel, powersOfTen, type Series } from './panel.ts';
import { picture } from './svg.ts';

const PANELS: readonly {
  readonly title: string;
  readonly of: (cost: Cost) => number;
  readonly unit: (value: number) => string;
}[] = [
  {
    title: 'CPU of the servers, a flip',
    of: ({ cpu }) => median(cpu),
    unit: (ms) => (ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`),
  },
  { title: 'to and from Consul, a flip', of: ({ http }) => http?.bytes ?? 0, unit: bytesInWords },
  {
    title: 'open connections',
    of: ({ http }) => http?.connections ?? 0,
    unit: (count) => count.toLocaleString('en-GB'),
  },
];

/** The least that is drawn: less is noise, and a logarithmic axis has no zero. */
const LEAST = 0.1;

/** What a health flip costs Consul, by the number of clients: with consul-template on each, and with one function. */
export function loadPlot({ ours, clients }: Loads): string {
  const counts = [...clients.keys()];
  const lines = [
    {
      label: 'consul-template on each client',
      color: COLORS[1],
      cost: (count: number) => clients.get(count) ?? ours,
    },
    { label: 'one function', color: COLORS[0], cost: () => ours },
  ];
  const panels = PANELS.map(({ title, of, unit }, index) => {
    const series = lines.map(({ label, color, cost }): Series => {
      return {
        label,
        color,
        points: counts.map((count) => ({ x: count, y: Math.max(LEAST, of(cost(count))) })),
      };
    });
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    return panel({
      ...{ left: 70 + index * 300, top: 70, width: 210, height: 230, title, series },
      x: {
        title: 'clients',
        logarithmic: true,
        ticks: counts.map((at) => ({ at, label: at.toLocaleString('en-GB') })),
      },
      y: { logarithmic: true, ticks: powersOfTen(values, unit) },
    });
  });
  return picture(
    920,
    360,
    {
      title: 'What a health flip costs Consul, by the number of clients',
      description:
        'CPU time of the Consul servers, bytes and connections for one health flip, with consul-template on each of 1, 100 and 1,000 clients, and with one function.',
    },
    ...panels,
    legend(70, 34, lines),
  );
}

function bytesInWords(bytes: number): string {
  if (bytes >= 1e6) return `${bytes / 1e6} MB`;
  return bytes >= 1_000 ? `${bytes / 1_000} KB` : `${bytes} B`;
}
