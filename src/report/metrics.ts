import { countChanges } from './cuts.ts';
import { METRIC_NAMES, type MetricName } from './metric-names.ts';
import type { RecordReport, RunReport } from './run-report.ts';
import type { Timings } from './timings.ts';

/** One value of one metric. */
export interface MetricValue {
  readonly name: MetricName;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
  /** Beside `service`, which every value has. */
  readonly dimensions: { readonly record?: string } | { readonly reason: string };
}

/**
 * The metrics of a run that ended, whatever its outcome.
 *
 * Each metric of a record is emitted twice: with the record's name as a dimension, and without it, so that an alarm
 * over all records needs no list of them. Without it, the metric has one value for each record, so its minimum is the
 * worst record. A name that is in two zones has two values, since these are two records.
 *
 * A plan has no metrics: it changes nothing, and must not look like a run that keeps the records up to date.
 */
export function runMetrics(report: RunReport, timings: Timings): readonly MetricValue[] {
  if (report.action === 'plan') return [];
  const records = new Map<string, RecordReport[]>();
  for (const record of report.records) {
    const key = `${record.zoneId} ${record.name}`;
    records.set(key, [...(records.get(key) ?? []), record]);
  }
  return [
    ...[...records.values()].flatMap(recordMetrics),
    ...report.passes.flatMap(({ reactionMs, changed }) =>
      reactionMs === undefined
        ? []
        : [{}, ...changed.map((record) => ({ record }))].map((dimensions) =>
            milliseconds(METRIC_NAMES.reactionMs, reactionMs, dimensions),
          ),
    ),
    ...timingMetrics(timings),
    ...(report.outcome === 'failed' ? [] : [count(METRIC_NAMES.runs, 1)]),
  ];
}

/** The metrics of a run that could not begin, or broke off. @param reason the name of the error. */
export function brokenRunMetrics(reason: string, timings: Timings): readonly MetricValue[] {
  return [
    count(METRIC_NAMES.failed, 1),
    count(METRIC_NAMES.failed, 1, { reason }),
    ...timingMetrics(timings),
  ];
}

/** @param lines the reports of one record, one for each of its types. */
function recordMetrics(lines: readonly RecordReport[]): readonly MetricValue[] {
  const record = lines[0]?.name ?? '';
  const healthy = total(lines.map(({ desired }) => desired));
  const published = total(lines.map((line) => line.published));
  const changes = lines.reduce((sum, line) => sum + countChanges(line), 0);
  const notAllowed = lines.reduce((sum, line) => sum + (line.notAllowed ?? 0), 0);
  const reasonsOf = (outcome: 'held' | 'failed') => [
    ...new Set(lines.filter((line) => line.outcome === outcome).flatMap(({ reason }) => reason ?? [])),
  ];
  const held = reasonsOf('held');
  const failed = reasonsOf('failed');
  const values: readonly (readonly [MetricName, number | undefined])[] = [
    [METRIC_NAMES.healthyAddresses, healthy],
    [METRIC_NAMES.publishedAddresses, published],
    [METRIC_NAMES.addressNotAllowed, notAllowed],
    [METRIC_NAMES.changes, changes],
    [METRIC_NAMES.held, held.length > 0 ? 1 : 0],
    [METRIC_NAMES.failed, failed.length > 0 ? 1 : 0],
  ];
  return [
    ...values.flatMap(([name, value]) =>
      value === undefined ? [] : [count(name, value), count(name, value, { record })],
    ),
    ...held.map((reason) => count(METRIC_NAMES.held, 1, { reason })),
    ...failed.map((reason) => count(METRIC_NAMES.failed, 1, { reason })),
  ];
}

/** `undefined` if one of the lists could not be read: then the sum is not known. */
function total(lists: readonly (readonly unknown[] | null)[]): number | undefined {
  return lists.reduce<number | undefined>(
    (sum, list) => (sum === undefined || list === null ? undefined : sum + list.length),
    0,
  );
}

function timingMetrics({
  consul,
  route53,
  retries,
  throttled,
  propagation,
}: Timings): readonly MetricValue[] {
  return [
    ...consul.map((value) => milliseconds(METRIC_NAMES.consulLatencyMs, value)),
    ...route53.map((value) => milliseconds(METRIC_NAMES.route53LatencyMs, value)),
    ...propagation.map((value) => milliseconds(METRIC_NAMES.propagationMs, value)),
    count(METRIC_NAMES.route53Retries, retries),
    count(METRIC_NAMES.route53Throttled, throttled),
  ];
}

function count(name: MetricName, value: number, dimensions: MetricValue['dimensions'] = {}): MetricValue {
  return { name, unit: 'Count', value, dimensions };
}

function milliseconds(
  name: MetricName,
  value: number,
  dimensions: MetricValue['dimensions'] = {},
): MetricValue {
  return { name, unit: 'Milliseconds', value: Math.round(value), dimensions };
}
