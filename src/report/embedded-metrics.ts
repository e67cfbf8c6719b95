import { METRIC_NAMESPACE } from './metric-names.ts';
import type { MetricValue } from './metrics.ts';

/** CloudWatch reads at most this many values of one metric from a line. */
const MAX_VALUES = 100;

/**
 * Metrics as lines of the log, where CloudWatch finds them: one in the embedded metric format for each set of
 * dimensions.
 *
 * @param serviceName the value of the dimension `service`.
 * @param now milliseconds since 1970.
 *
 * Written here rather than by a library, which is 10 KB more for a cold start to read, because it is no more than this.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(
  serviceName: string,
  values: readonly MetricValue[],
  now: number,
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
      JSON.stringify(lineOf(serviceName, group.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES), now)),
    ),
  );
}

/** One line of values with the same dimensions. A metric of several values has them in a list. */
function lineOf(serviceName: string, values: readonly MetricValue[], now: number): object {
  const dimensions = { service: serviceName, ...values[0]?.dimensions };
  const units: Record<string, string> = {};
  const metrics: Record<string, number | number[]> = {};
  for (const { name, unit, value } of values) {
    const former = metrics[name];
    units[name] = unit;
    metrics[name] = former === undefined ? value : [former, value].flat();
  }
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    ...dimensions,
    ...metrics,
  };
}
