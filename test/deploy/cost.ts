import prices from '../../docs/prices.json' with { type: 'json' };
import type { RecordName } from '../../src/domain/record-name.ts';
import { embeddedMetrics } from '../../src/report/embedded-metrics.ts';
import { jsonLine } from '../../src/report/json-line.ts';
import { passLog } from '../../src/report/log-lines.ts';
import { runMetrics } from '../../src/report/metrics.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';
import { addresses } from '../support/records.ts';

/** A resource of a template, as far as its price depends on it. */
interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export type Template = Readonly<Record<string, Resource>>;

/** USD a month. */
export interface Cost {
  readonly Lambda: number;
  readonly metrics: number;
  readonly alarms: number;
  readonly log: number;
  readonly "the topic's key": number;
  readonly dashboard: number;
  readonly traces: number;
  readonly endpoint: number;
}

const HOURS = 730;
const RUNS = HOURS * 60;
const GB = 1e9;

/** Seconds that a run takes that does not watch: one, and more with more records. */
const secondsOfOneLook = (records: number) => 1 + 0.02 * records;

/** What Lambda writes of each run by itself, and CloudWatch adds to each line, in bytes. */
const PLATFORM_LINES = 400;
const LINE = 26;

/**
 * What a stack costs in a month of 730 hours, by AWS's list prices.
 *
 * @param template its resources.
 * @param records how many records it keeps.
 */
export function monthlyCost(template: Template, records: number): Cost {
  const ofType = (type: string) => Object.values(template).filter(({ Type }) => Type === type);
  const [lambda] = ofType('AWS::Lambda::Function');
  if (!lambda?.Properties) throw new Error('the template has no function');
  const { MemorySize, Environment, TracingConfig } = lambda.Properties as {
    readonly MemorySize: number;
    readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
    readonly TracingConfig?: object;
  };
  const variables = Environment.Variables;
  const seconds = Number(variables['WATCH_SECONDS']) || secondsOfOneLook(records);
  const lines = linesOfRun(
    records,
    variables['METRICS_BY_RECORD'] === 'true',
    variables['POWERTOOLS_LOG_LEVEL'],
  );
  const gigabytes = (lines.reduce((sum, line) => sum + line.length + LINE, PLATFORM_LINES) * RUNS) / GB;
  const zones = ofType('AWS::EC2::VPCEndpoint').flatMap(({ Properties }) => Properties?.['SubnetIds']);
  const price = prices.prices;
  return {
    Lambda: RUNS * (((seconds * MemorySize) / 1_024) * price.lambdaGbSecondArm + price.lambdaRequest),
    metrics: metricsOf(lines) * price.metricMonth,
    alarms: ofType('AWS::CloudWatch::Alarm').length * price.alarmMetricMonth,
    // It is kept for 30 days.
    log: gigabytes * (price.logGb + price.logGbMonthStored),
    "the topic's key": ofType('AWS::KMS::Key').length * price.keyMonth,
    dashboard: ofType('AWS::CloudWatch::Dashboard').length * price.dashboardMonth,
    // An invocation a minute is less than X-Ray's rule leaves out.
    traces: TracingConfig ? RUNS * price.traceRecorded : 0,
    endpoint: zones.length * HOURS * price.endpointHourAndZone,
  };
}

export const totalOf = (cost: Cost) => Object.values(cost).reduce((sum, part) => sum + part, 0);

/** What the function itself logs of a run in which something changed: a line for each record, and the metrics. */
function linesOfRun(records: number, byRecord: boolean, level: string | undefined): readonly string[] {
  const reports = Array.from({ length: records }, (_, i) => reportOf(i));
  const pass = { zoneId: 'Z08345992R7HSH0EXAMPLE', wokenBy: ['invocation'], outcome: 'unchanged' } as const;
  const run: RunReport = {
    ...{ action: 'apply', outcome: 'unchanged', records: reports },
    passes: [{ ...pass, reactionMs: 20, changed: reports.map(({ name }) => name) }],
  };
  const lines: string[] = [];
  const log = passLog(
    (of, message, fields) => {
      const context = { service: 'updater-dev', threshold: level, now: 0, trace: undefined };
      lines.push(...[jsonLine(of, message, fields, context)].filter((line) => line !== undefined));
    },
    () => 0,
  );
  log({ ...pass, records: reports }, false);
  // No minute has a value of each metric, but CloudWatch charges for each that there is.
  const timings = { consul: [1, 2], route53: [30, 20], retries: 0, throttled: 0, propagation: [23_000] };
  return [...lines, ...embeddedMetrics('updater-dev', runMetrics(run, timings), 0, byRecord)];
}

/** A record with three instances, nothing to do. */
function reportOf(index: number): RecordReport {
  const published = addresses('10.0.1.11', '10.0.2.11', '10.0.3.11');
  return {
    ...{ service: `service-${index}`, name: `service-${index}.corp.internal` as RecordName, type: 'A' },
    ...{ zoneId: 'Z08345992R7HSH0EXAMPLE', outcome: 'unchanged', published, desired: published, changes: [] },
    message: `nothing to do: ${published.join(', ')} published.`,
    instances: published.map((address, i) => ({
      ...{ node: `node-${i}`, address, status: 'passing', published: true, why: 'all 2 checks are passing' },
    })),
  };
}

/** How many metrics these lines make: each name with each set of values of its dimensions is one. */
function metricsOf(lines: readonly string[]): number {
  const metrics = new Set<string>();
  for (const line of lines) {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>> & {
      readonly _aws?: { readonly CloudWatchMetrics: readonly Directive[] };
    };
    for (const { Dimensions, Metrics } of fields._aws?.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics)
        metrics.add(JSON.stringify([Name, ...Dimensions.flat().map((dimension) => fields[dimension])]));
  }
  return metrics.size;
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}
