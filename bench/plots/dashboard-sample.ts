/**
 * Three hours of a deployment with two records, made up: a proxy node is exchanged, Consul's leader changes, and at the end
 * all instances of the second service fail their checks.
 */

/** How many minutes the picture shows. */
export const MINUTES = 180;

/** Of a minute; `undefined` where there is no value. */
type Sample = (minute: number) => number | undefined;

/** Minutes in which records changed, and how fast each change was. */
const CHANGES: Readonly<
  Record<number, { readonly p50: number; readonly p99: number; readonly everywhere: number }>
> = {
  24: { p50: 31, p99: 48, everywhere: 21_000 },
  25: { p50: 38, p99: 142, everywhere: 34_000 },
  31: { p50: 29, p99: 36, everywhere: 18_000 },
  96: { p50: 44, p99: 187, everywhere: 27_000 },
  97: { p50: 33, p99: 61, everywhere: 25_000 },
  168: { p50: 36, p99: 52, everywhere: 23_000 },
};

/** Something that wavers, but is the same in each picture. */
const wavering = (from: number, by: number, minute: number) =>
  Math.round(from + (by * ((minute * minute * 37 + minute * 101) % 97)) / 97);

const LEADER_LOST = 97;

/** By the name of the metric or field, and how it is summed up. */
const SERIES: Readonly<Record<string, Sample>> = {
  'Runs Sum': () => 1,
  'Invocations Sum': () => 1,
  'Errors Sum': () => 0,
  'AsyncEventsDropped Sum': () => 0,
  'Duration Maximum': (minute) => wavering(75_050, 180, minute),
  'ReactionMs p50': (minute) => CHANGES[minute]?.p50,
  'ReactionMs p99': (minute) => CHANGES[minute]?.p99,
  'PropagationMs Maximum': (minute) => CHANGES[minute]?.everywhere,
  'ConsulLatencyMs max': (minute) => (minute === LEADER_LOST ? 640 : wavering(6, 14, minute)),
  'Route53LatencyMs max': (minute) => wavering(minute in CHANGES ? 120 : 45, 60, minute),
  'Route53Retries sum': (minute) => (minute === LEADER_LOST ? 2 : 0),
  'Route53Throttled sum': () => 0,
};

/** Tables that the log may be asked for; a query gets the first that has all of its columns. */
const TABLES: readonly (readonly Readonly<Record<string, string | number>>[])[] = [
  [
    {
      ...{ record: 'reports.corp.internal', published: 2, healthy: 0, notAllowed: 0 },
      ...{ changes: 0, runsHeld: 12, runsFailed: 0 },
    },
    {
      ...{ record: 'rdsproxy.corp.internal', published: 4, healthy: 4, notAllowed: 0 },
      ...{ changes: 9, runsHeld: 1, runsFailed: 0 },
    },
  ],
  [
    { reason: 'no-healthy-instances', held: 12, failed: 0 },
    { reason: 'source-suspect', held: 2, failed: 0 },
  ],
  [
    {
      '@timestamp': '11:59:04',
      level: 'WARN',
      message:
        'reports.corp.internal A held (no-healthy-instances): none of the 2 instances of "reports" is healthy',
    },
    {
      '@timestamp': '11:48:11',
      level: 'WARN',
      message:
        'reports.corp.internal A held (no-healthy-instances): none of the 2 instances of "reports" is healthy',
    },
    {
      '@timestamp': '10:37:22',
      level: 'WARN',
      message: 'rdsproxy.corp.internal A held (source-suspect, no-leader): Consul has no leader',
    },
  ],
];

/** The alarms that are on at the end, by how their names end. */
const IN_ALARM = ['-held'];

export const isInAlarm = (alarm: string) => IN_ALARM.some((ending) => alarm.endsWith(ending));

/**
 * The values of a line, minute by minute; of those that stay the same, the first and the last.
 *
 * @throws Error where the dashboard shows something that there is no sample of.
 */
export function samplesOf(
  name: string,
  statistic: string,
): readonly { readonly x: number; readonly y: number }[] {
  const sample = SERIES[`${name} ${statistic}`];
  if (!sample)
    throw new Error(`there is no sample of ${name} ${statistic}: make one up in dashboard-sample.ts`);
  const points = Array.from({ length: MINUTES + 1 }, (_, x) => ({ x, y: sample(x) })).filter(
    (point): point is { x: number; y: number } => point.y !== undefined,
  );
  return points.filter(({ y }, i) => y !== points[i - 1]?.y || y !== points[i + 1]?.y);
}

/** The rows that a query with these columns finds. @throws Error where there is no sample with all of them. */
export function rowsWith(columns: readonly string[]): readonly (readonly string[])[] {
  const table = TABLES.find(([first = {}]) => columns.every((column) => column in first));
  if (!table)
    throw new Error(`there is no sample with ${columns.join(', ')}: make one up in dashboard-sample.ts`);
  return table.map((row) => columns.map((column) => String(row[column])));
}
