import { METRIC_NAMES, METRIC_NAMESPACE, type MetricName, ONLY_IN_LOG } from './metric-names.ts';
import type { MetricValue } from './metrics.ts';

/** CloudWatch reads at most this many values of one metric from a line. */
const MAX_VALUES = 100;

/**
 * Metrics as lines of the log, where CloudWatch finds them: one for each set of dimensions, in the embedded metric format.
 * What is to be no metric is a field of the same line, which Logs Insights finds by the same name; a line of such fields
 * only is plain JSON. Where there are several values, the field is the worst one. Where it is a metric by `byRecord`, and so
 * a list of several values, the worst one is a field of its own, `Worst…`: a filter of lines compares numbers only.
 *
 * @param serviceName the value of the dimension `service`.
 * @param now milliseconds since 1970.
 * @param byRecord whether everything is a metric, or only the totals that alarms look at.
 *
 * Written here rather than by a library, which is 10 KB more for a cold start to read, because it is no more than this.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(
  serviceName: string,
  values: readonly MetricValue[],
  now: number,
  byRecord: boolean,
): readonly string[] {
  const groups = new Map<string, MetricValue[]>();
  for (const value of values) {
    const key = JSON.stringify(value.dimensions);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MAX_VALUES) }, (_, index) =>
      JSON.stringify(
        lineOf(serviceName, group.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES), now, byRecord),
      ),
    ),
  );
}

/** One line of values with the same dimensions. A metric of several values has them in a list. */
function lineOf(serviceName: string, values: readonly MetricValue[], now: number, byRecord: boolean): object {
  const dimensions = { service: serviceName, ...values[0]?.dimensions };
  const isTotal = Object.keys(dimensions).length === 1;
  const units = new Map<MetricName, string>();
  const fields: Record<string, number | number[]> = {};
  for (const { name, unit, value } of values) {
    const former = fields[name];
    const all = former === undefined ? value : [former, value].flat();
    const isMetric = byRecord || (isTotal && !ONLY_IN_LOG.has(name));
    if (isMetric) units.set(name, unit);
    fields[name] = isMetric ? all : worst(name, [all].flat());
    if (isMetric && ONLY_IN_LOG.has(name) && Array.isArray(all)) fields[`Worst${name}`] = worst(name, all);
  }
  const directive = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: [...units].map(([Name, Unit]) => ({ Name, Unit })),
  };
  return {
    ...(units.size > 0 && { _aws: { Timestamp: now, CloudWatchMetrics: [directive] } }),
    ...dimensions,
    ...fields,
  };
}

/** Of addresses the fewest, of everything else the most. */
function worst(name: MetricName, values: readonly number[]): number {
  const isAddresses = name === METRIC_NAMES.healthyAddresses || name === METRIC_NAMES.publishedAddresses;
  return isAddresses ? Math.min(...values) : Math.max(...values);
}
