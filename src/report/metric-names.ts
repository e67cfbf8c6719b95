/** The namespace of every metric in CloudWatch. */
export const METRIC_NAMESPACE = 'ConsulRoute53Updater';

/**
 * The value of the dimension `service` where POWERTOOLS_SERVICE_NAME does not say otherwise. A deployment sets that
 * variable with its stage, so that two stages in one account do not answer each other's alarms.
 */
export const DEFAULT_SERVICE = 'consul-route53-updater';

/** The names of the metrics. Alarms and the dashboard take them from here. */
export const METRIC_NAMES = {
  /** Addresses of a record that Consul says are healthy and may be published. */
  healthyAddresses: 'HealthyAddresses',
  /** Addresses of a record in Route 53 after the run. */
  publishedAddresses: 'PublishedAddresses',
  /** Instances at addresses that must not be published, of a record: the most at one time in the run. */
  addressNotAllowed: 'AddressNotAllowed',
  /** Changes made to a record by the run. */
  changes: 'Changes',
  /** 1 if the run left a record held, otherwise 0. */
  held: 'Held',
  /** 1 if the run left a record failed, otherwise 0; 1 also for a run that could not begin. */
  failed: 'Failed',
  /** From the arrival of Consul's answer to Route 53's accepting the change. */
  reactionMs: 'ReactionMs',
  /** From Route 53's accepting a change to its being on all DNS servers, or until it was last seen that it is not. */
  propagationMs: 'PropagationMs',
  consulLatencyMs: 'ConsulLatencyMs',
  route53LatencyMs: 'Route53LatencyMs',
  /** Attempts beyond the first, of all requests of the run. */
  route53Retries: 'Route53Retries',
  /** Answers that refused a request for Route 53's rate limits, retried or not. */
  route53Throttled: 'Route53Throttled',
  /** 1 for each run that ended without failing. */
  runs: 'Runs',
} as const;

export type MetricName = (typeof METRIC_NAMES)[keyof typeof METRIC_NAMES];

/**
 * What no alarm looks at. Each metric, and each value of a dimension, is charged for by the month, so these are fields of
 * the log unless METRICS_BY_RECORD asks for more (docs/adr/0019-what-is-paid-for.md).
 */
export const ONLY_IN_LOG: ReadonlySet<MetricName> = new Set([
  METRIC_NAMES.healthyAddresses,
  METRIC_NAMES.publishedAddresses,
  METRIC_NAMES.changes,
  METRIC_NAMES.failed,
  METRIC_NAMES.consulLatencyMs,
  METRIC_NAMES.route53LatencyMs,
  METRIC_NAMES.route53Retries,
  METRIC_NAMES.route53Throttled,
]);

/**
 * The sets of dimensions. What concerns a record is emitted with `total`, one value a record, and with `byRecord`; a
 * hold or failure with `byReason` too. Alarms look at the totals; the others are metrics only with METRICS_BY_RECORD.
 */
export const DIMENSION_SETS = {
  total: ['service'],
  byRecord: ['service', 'record'],
  byReason: ['service', 'reason'],
} as const;
