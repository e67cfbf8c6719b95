import { DIMENSION_SETS, METRIC_NAMES, METRIC_NAMESPACE } from '../src/report/metric-names.ts';
import type { Resources } from './network.ts';
import { command, type Deployed, functionName, invocation, logLines } from './outputs.ts';
import type { Value } from './policy.ts';

/** What alarms are made for; `service` is the value of that dimension, too. */
export interface Observed extends Deployed {
  readonly alarmTopic: Value;
  /** The function's, in seconds. */
  readonly timeout: number;
}

/** A metric with its dimensions. */
interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: Value }[];
}

/** An alarm in this module's words: periods are minutes. */
interface Alarm {
  readonly metric: Metric;
  readonly statistic: 'Sum' | 'Maximum' | 'p99';
  readonly is: 'at least' | 'less than' | 'more than';
  readonly threshold: number;
  /** Out of so many minutes, this many must be bad. */
  readonly minutes: readonly [bad: number, of: number];
  /** How a minute without data counts; by default as a good one. */
  readonly noData?: 'ignore' | 'breaching';
  /** What it means, what the cause may be, and what to do: commands that work as they stand. */
  readonly description: string;
}

const COMPARISONS = {
  'at least': 'GreaterThanOrEqualToThreshold',
  'less than': 'LessThanThreshold',
  'more than': 'GreaterThanThreshold',
} as const;

/** The alarms by the logical IDs of their resources. */
export function alarmResources({ alarmTopic, ...deployed }: Observed): Resources {
  const { service } = deployed;
  return Object.fromEntries(
    Object.entries(alarms(deployed)).map(([name, alarm]) => [
      `${name}Alarm`,
      {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: nameOf(service, name),
          AlarmDescription: alarm.description,
          ...alarm.metric,
          ...(alarm.statistic === 'p99' ? { ExtendedStatistic: 'p99' } : { Statistic: alarm.statistic }),
          ComparisonOperator: COMPARISONS[alarm.is],
          Threshold: alarm.threshold,
          Period: 60,
          DatapointsToAlarm: alarm.minutes[0],
          EvaluationPeriods: alarm.minutes[1],
          TreatMissingData: alarm.noData ?? 'notBreaching',
          AlarmActions: [alarmTopic],
          OKActions: [alarmTopic],
        },
      },
    ]),
  );
}

/** The names of the alarms. */
export const alarmNames = (service: string): readonly string[] =>
  Object.keys(alarms({ service, stage: '', region: '', timeout: 0 })).map((name) => nameOf(service, name));

const nameOf = (service: string, name: string) => `${service}-${name.toLowerCase()}`;

/** The metric `name` of the function itself, over all records. */
const own = (service: string, name: string): Metric => ({
  Namespace: METRIC_NAMESPACE,
  MetricName: name,
  Dimensions: DIMENSION_SETS.total.map((Name) => ({ Name, Value: service })),
});

const lambda = (name: string): Metric => ({
  Namespace: 'AWS/Lambda',
  MetricName: name,
  Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'UpdateLambdaFunction' } }],
});

function alarms(deployed: Omit<Observed, 'alarmTopic'>): Readonly<Record<string, Alarm>> {
  const { service, region, timeout } = deployed;
  const status = command(deployed, 'status');
  const trouble = logLines(deployed, '{ $.level = "ERROR" || $.level = "WARN" }');
  return {
    // One bad run is often put right by the next one, a minute later. Lambda counts an error in the minute in which the
    // run began, but only once it has ended: until then that minute counts as a good one.
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    Errors: {
      metric: lambda('Errors'),
      ...{ statistic: 'Sum', is: 'at least', threshold: 1, minutes: [2, 3 + Math.ceil(timeout / 60)] },
      description: `Runs of the function end with an error; what is published may be old. Cause: a record that failed, since Route 53 cannot be reached or refuses, or the settings forbid it; settings that cannot work; a crash or the timeout. Remedy: ${status} shows how each record stands, why and what to do, and ${trouble} what the function said. If it said nothing, the function has no way to the Route 53 API: ${invocation(deployed, { action: 'doctor' })}.`,
    },
    Held: {
      metric: own(service, METRIC_NAMES.held),
      // A minute between two ticks that lie far apart may have no data; it changes nothing.
      ...{ statistic: 'Maximum', is: 'at least', threshold: 1, minutes: [5, 5], noData: 'ignore' },
      description: `Addresses of a record have been held for more than 5 minutes: they stay, though Consul says otherwise or cannot be believed. Cause: no or too few healthy instances, instances that vanished, or Consul in trouble. Remedy: ${status} shows how each record stands, why and what to do, and ${trouble} what the function said. If the reason is "vanished" and it was on purpose, wait for its time to be over, or: ${command(deployed, 'force', ' --record <name>')}, which shows what would go and asks.`,
    },
    AddressNotAllowed: {
      metric: own(service, METRIC_NAMES.addressNotAllowed),
      ...{ statistic: 'Maximum', is: 'at least', threshold: 1, minutes: [1, 3] },
      description: `Somebody has registered a service at an address that must not be published. It is not published, and the others follow. Cause: a mistake in a registration (a host name, a loopback address, a node in another network), a record whose allowedCidrs lacks a range, or an attack. Remedy: ${logLines(deployed, '{ $.record.notAllowed > 0 }')}; each line names node and address. Take a stranger out: "consul services deregister -id=<id>" on that node; for a node that has no agent, PUT /v1/catalog/deregister with {"Node": "<node>"}. Let only the nodes register the service: with ACLs, service:write for it. If it belongs there, add its range to the allowedCidrs of the record and deploy.`,
    },
    Silent: {
      // Not AWS/Lambda's Invocations: with a long window they would come too late.
      metric: own(service, METRIC_NAMES.runs),
      ...{ statistic: 'Sum', is: 'less than', threshold: 1, minutes: [5, 5], noData: 'breaching' },
      description: `No run has ended well for 5 minutes, so nothing follows Consul. Cause: the function fails (see the alarm "errors"), or is not invoked at all: its schedule is disabled, its reserved concurrency is 0, or the account has no concurrency left. Remedy: ${invocation(deployed, { action: 'plan' })}, which says what is wrong. If that goes well: aws events list-rules --region ${region} --name-prefix ${service} (State must be ENABLED), and aws lambda get-function-concurrency --region ${region} --function-name ${functionName(deployed)}.`,
    },
    Slow: {
      metric: own(service, METRIC_NAMES.reactionMs),
      ...{ statistic: 'p99', is: 'more than', threshold: 1_000, minutes: [2, 10] },
      description: `Changes in Consul take more than a second to be in Route 53. Cause: slow answers of Consul or Route 53, throttling because something else in the account uses up the Route 53 API, many changes at once, or too little CPU. Remedy: ${logLines(deployed, '{ $.Route53Throttled > 0 || $.Route53LatencyMs > 500 || $.WorstRoute53LatencyMs > 500 || $.ConsulLatencyMs > 500 || $.WorstConsulLatencyMs > 500 }')} says which. If throttled, see who else calls it: aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=EventSource,AttributeValue=route53.amazonaws.com --max-items 50 --query "Events[].[Username,EventName]". If nothing shows, deploy with more memory, which brings CPU with it: the parameter memory.`,
    },
    Spreading: {
      metric: own(service, METRIC_NAMES.propagationMs),
      ...{ statistic: 'Maximum', is: 'more than', threshold: 60_000, minutes: [1, 5] },
      description: `A change that Route 53 accepted took more than a minute to be on all of its DNS servers, or is not there yet; clients may get the former addresses. Cause: Route 53, whose changes are made in us-east-1; nothing here can hurry it. Remedy: ${logLines(deployed, '{ $.propagationMs > 60000 }')} says which change; aws route53 get-change --id <changeId> whether it is PENDING still. See AWS Health for Route 53, and ${invocation(deployed, { action: 'doctor' })}, which compares what the resolver answers with what is published. If it lasts, let clients connect to the nodes directly.`,
    },
  };
}
