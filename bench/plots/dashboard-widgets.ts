import { isInAlarm, MINUTES, rowsWith, samplesOf } from './dashboard-sample.ts';
import { COLORS, legend, panel, type Series, type Tick } from './panel.ts';
import { element, label } from './svg.ts';

/** A widget of a dashboard of CloudWatch, as far as it is drawn. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly query?: string;
    readonly view?: string;
    readonly alarms?: readonly string[];
  };
}

/** Where a widget is, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a widget into its box. @throws Error for one of a kind that there was not yet. */
export function widget({ type, properties }: Widget, box: Box): string {
  const { title = '', markdown = '', metrics = [], query = '', view, alarms = [] } = properties;
  if (type === 'text') return heading(markdown.replace(/^#+ /, ''), box);
  if (type === 'metric') return card(title, box, lines(metrics.map(metricSeries), box));
  if (type === 'log' && view === 'timeSeries') return card(title, box, lines(querySeries(query), box));
  if (type === 'log') return card(title, box, table(columnsOf(query), box));
  if (type === 'alarm') return card(title, box, states(alarms.map(nameOf), box));
  throw new Error(`a widget of the type ${type} has not been drawn before`);
}

const INSET = 12;

const heading = (text: string, { left, top, height }: Box) =>
  label(left + INSET, top + height - 10, text, { 'font-size': 16, 'font-weight': 600 });

const card = (title: string, { left, top, width, height }: Box, content: string) =>
  element('rect', {
    ...{ x: left + 3, y: top + 3, width: width - 6, height: height - 6 },
    ...{ rx: 6, fill: '#ffffff', stroke: '#c6c6cd' },
  }) +
  label(left + INSET, top + 22, title, { 'font-weight': 600 }) +
  content;

interface Line {
  readonly label: string;
  readonly name: string;
  readonly statistic: string;
}

/** Of a metric: namespace, name, dimensions and their values, and at the end how it is shown. */
function metricSeries(metric: readonly unknown[]): Line {
  const [, name] = metric;
  const { stat, label: given } = metric.at(-1) as { readonly stat: string; readonly label?: string };
  return { label: given ?? String(name), name: String(name), statistic: stat };
}

/** Of a query: what its `stats` sums up. */
const querySeries = (query: string): readonly Line[] =>
  [...query.matchAll(/\b(sum|max)\((\w+)\)/g)].map(([text, statistic = '', name = '']) => ({
    ...{ label: text, name, statistic },
  }));

function lines(shown: readonly Line[], { left, top, width, height }: Box): string {
  const series = shown.map(
    ({ label: text, name, statistic }, i): Series => ({
      ...{
        label: text,
        color: COLORS[i % COLORS.length] ?? '',
        points: samplesOf(name, statistic),
        steps: true,
      },
    }),
  );
  const most = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)), 1);
  const rows = inRows(series, width - 2 * INSET);
  const plot = { left: left + 64, top: top + 40, width: width - 96, height: height - 82 - rows.length * 16 };
  return (
    panel({
      ...{ ...plot, title: '', x: { ticks: HOURS }, y: { ticks: ticksTo(most) } },
      series: series.flatMap(apart),
    }) + rows.map((row, i) => legend(left + INSET, top + height + 2 - (rows.length - i) * 16, row)).join('')
  );
}

/** As CloudWatch does it: values of minutes that follow each other are joined, others are dots. */
function apart(series: Series): readonly Series[] {
  const [first] = series.points;
  if (first?.x === 0) return [series];
  return series.points.map((point) => ({ ...series, points: [point], steps: false }));
}

/** The entries of a legend, in as many rows as they need. */
function inRows(series: readonly Series[], width: number): readonly (readonly Series[])[] {
  const rows: Series[][] = [];
  let room = 0;
  for (const one of series) {
    const needed = 40 + one.label.length * CHARACTER;
    room -= needed;
    if (room < 0 || rows.length === 0) {
      rows.push([]);
      room = width - needed;
    }
    rows.at(-1)?.push(one);
  }
  return rows;
}

const HOURS: readonly Tick[] = [9, 10, 11, 12].map((hour, i) => ({
  ...{ at: (i * MINUTES) / 3, label: `${hour}:00` },
}));

/** Nothing, half and the whole of the next round number. */
function ticksTo(most: number): readonly Tick[] {
  const power = 10 ** Math.floor(Math.log10(most));
  const end = ([1, 2, 4, 10].find((times) => times * power >= most) ?? 10) * power;
  return [0, end / 2, end].map((at) => ({ at, label: at.toLocaleString('en-GB') }));
}

/** What a query's last command names: the groups of `stats`, then its sums; or its fields. */
function columnsOf(query: string): readonly string[] {
  const [, sums, groups] = /\| stats (.+) by (\w+)/.exec(query) ?? [];
  if (sums !== undefined && groups !== undefined)
    return [groups, ...[...sums.matchAll(/ as (\w+)/g)].map(([, name = '']) => name)];
  return /\| fields ([^|]+)/.exec(query)?.[1]?.trim().split(', ') ?? [];
}

/** Pixels of a character, about. */
const CHARACTER = 6.6;
const ROW = 24;

function table(columns: readonly string[], { left, top, width }: Box): string {
  const rows = rowsWith(columns);
  const needed = columns.map(
    (name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)) * CHARACTER + 24,
  );
  const places = needed.map((_, i) => needed.slice(0, i).reduce((sum, each) => sum + each, left + INSET));
  const line = (cells: readonly string[], i: number, weight?: number) =>
    cells
      .map((cell, column) => {
        const x = places[column] ?? 0;
        const room = Math.floor((left + width - INSET - x) / CHARACTER);
        return label(x, top + 52 + i * ROW, cut(cell, room), { 'font-weight': weight });
      })
      .join('');
  return line(columns, 0, 600) + rows.map((row, i) => line(row, i + 1)).join('');
}

const cut = (text: string, room: number) => (text.length <= room ? text : `${text.slice(0, room - 1)}…`);

const nameOf = (arn: string) => arn.slice(arn.indexOf(':alarm:') + ':alarm:'.length);

function states(alarms: readonly string[], { left, top }: Box): string {
  return alarms
    .map((alarm, i) => {
      const y = top + 52 + i * ROW;
      const color = isInAlarm(alarm) ? '#d13212' : '#1d8102';
      return (
        element('rect', { x: left + INSET, y: y - 11, width: 12, height: 12, rx: 2, fill: color }) +
        label(left + INSET + 20, y, `${alarm}: ${isInAlarm(alarm) ? 'In alarm' : 'OK'}`)
      );
    })
    .join('');
}
