import { element, label, short } from './svg.ts';

/** A value of an axis where it is marked. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Axis {
  readonly ticks: readonly Tick[];
  /** Equal steps multiply, rather than add. */
  readonly logarithmic?: boolean;
  readonly title?: string;
}

export interface Series {
  readonly label: string;
  readonly color: string;
  /** In the order in which they are joined. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Joined by steps, and without dots: for a distribution. */
  readonly steps?: boolean;
}

export interface PanelOptions {
  /** Of the area inside the axes, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** Colours that stay apart for the colour-blind (Okabe and Ito), dark enough for white. */
export const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'] as const;

/** A panel with two axes, whose ends are their first and last ticks. Values beyond them are drawn at the edge. */
export function panel({ left, top, width, height, title, x, y, series }: PanelOptions): string {
  const toX = scale(x, left, left + width);
  const toY = scale(y, top + height, top);
  const grid = [
    ...y.ticks.map(({ at }) => line(left, toY(at), left + width, toY(at))),
    ...x.ticks.map(({ at }) => line(toX(at), top, toX(at), top + height)),
  ];
  const words = [
    label(left, top - 12, title, { 'font-weight': 600 }),
    ...y.ticks.map((tick) => label(left - 6, toY(tick.at) + 4, tick.label, { 'text-anchor': 'end' })),
    ...x.ticks.map((tick) => label(toX(tick.at), top + height + 16, tick.label, { 'text-anchor': 'middle' })),
    x.title ? label(left + width / 2, top + height + 34, x.title, { 'text-anchor': 'middle' }) : '',
  ];
  return [...grid, ...words, ...series.map((one) => drawn(one, toX, toY))].join('');
}

/** Colour and name of each series, in one line. */
export function legend(
  left: number,
  top: number,
  series: readonly Pick<Series, 'label' | 'color'>[],
): string {
  let x = left;
  return series
    .map(({ label: name, color }) => {
      const entry =
        element('rect', { x, y: top - 9, width: 18, height: 4, fill: color, rx: 2 }) +
        label(x + 24, top - 3, name);
      x += 40 + name.length * 6.4;
      return entry;
    })
    .join('');
}

function drawn({ color, points, steps }: Series, toX: (x: number) => number, toY: (y: number) => number) {
  const placed = points.map(({ x, y }) => ({ x: toX(x), y: toY(y) }));
  const path = placed
    .map(({ x, y }, index) =>
      index === 0
        ? `M${short(x)} ${short(y)}`
        : steps
          ? `H${short(x)}V${short(y)}`
          : `L${short(x)} ${short(y)}`,
    )
    .join('');
  const curve = element('path', { d: path, fill: 'none', stroke: color, 'stroke-width': 2 });
  if (steps) return curve;
  return curve + placed.map(({ x, y }) => element('circle', { cx: x, cy: y, r: 3, fill: color })).join('');
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return element('line', { x1, y1, x2, y2, stroke: '#e2e2e2' });
}

/** Places values between two pixels, the axis's first tick at one of them and its last at the other. */
export function scale(
  { ticks, logarithmic = false }: Axis,
  from: number,
  to: number,
): (value: number) => number {
  const placed = (value: number) => (logarithmic ? Math.log(value) : value);
  const [low, high] = [ticks[0]?.at ?? 0, ticks.at(-1)?.at ?? 1];
  return (value) => {
    const inside = Math.min(Math.max(value, low), high);
    return from + ((placed(inside) - placed(low)) / (placed(high) - placed(low))) * (to - from);
  };
}

/** Ticks at powers of ten that enclose all values. */
export function powersOfTen(values: readonly number[], name: (value: number) => string): readonly Tick[] {
  const exponent = (value: number) => Math.log10(value);
  const low = Math.floor(Math.min(...values.map(exponent)));
  const high = Math.max(low + 1, Math.ceil(Math.max(...values.map(exponent))));
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)).map((at) => ({
    at,
    label: name(at),
  }));
}
