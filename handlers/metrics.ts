import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE } from '../src/metric-names.ts';
import type { MetricValue } from '../src/metrics.ts';

/** Powertools publishes by itself at 100 values of a metric, and forgets the dimensions then. */
const MOST_VALUES = 99;

/**
 * Writes metrics to the log, where CloudWatch finds them: one line in the embedded metric format for each set of
 * dimensions; `serviceName` is the value of the dimension `service`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitMetrics(serviceName: string, values: readonly MetricValue[]): void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName });
  const groups = new Map<string, MetricValue[]>();
  for (const value of values) {
    const key = JSON.stringify(value.dimensions);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += MOST_VALUES) {
      metrics.addDimensions({ ...group[0]?.dimensions });
      for (const { name, unit, value } of group.slice(start, start + MOST_VALUES))
        metrics.addMetric(name, unit, value);
      metrics.publishStoredMetrics();
    }
  }
}
