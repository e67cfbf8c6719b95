import { DIMENSION_SETS, METRIC_NAMES, METRIC_NAMESPACE } from '../src/report/metric-names.ts';
import type { Resources } from './network.ts';

/** One row: a question, and the graphs that answer it. */
interface Row {
  readonly question: string;
  readonly graphs: readonly Graph[];
}

interface Graph {
  readonly type: 'metric' | 'log' | 'alarm';
  readonly properties: object;
}

/** CloudWatch's grid. */
const WIDTH = 24;
const HEIGHT = 6;
const HEADING = 1;

/**
 * The dashboard: a row for each question that an operator asks.
 *
 * @param service the value of the dimension `service`.
 * @param alarms the names of the alarms.
 */
export function dashboardResource(service: string, alarms: readonly string[]): Resources {
  const widgets = rows(service, alarms).flatMap(({ question, graphs }, index) => {
    const y = index * (HEADING + HEIGHT);
    const width = WIDTH / graphs.length;
    return [
      {
        ...{ type: 'text', x: 0, y, width: WIDTH, height: HEADING },
        properties: { markdown: `## ${question}`, background: 'transparent' },
      },
      ...graphs.map((graph, i) => ({ ...graph, x: i * width, y: y + HEADING, width, height: HEIGHT })),
    ];
  });
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        // Dashboards of all Regions of an account share their names.
        DashboardName: { 'Fn::Sub': `${service}-\${AWS::Region}` },
        DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets, start: '-PT3H', periodOverride: 'inherit' }) },
      },
    },
  };
}

function rows(service: string, alarms: readonly string[]): readonly Row[] {
  const total = (name: string, stat: string, more: object = {}) => [
    METRIC_NAMESPACE,
    name,
    ...DIMENSION_SETS.total.flatMap((dimension) => [dimension, service]),
    { stat, ...more },
  ];
  const lambda = (name: string, stat: string) => [
    'AWS/Lambda',
    name,
    'FunctionName',
    `\${UpdateLambdaFunction}`,
    { stat },
  ];
  /** A line for each record, or for each record and reason, that there is. */
  const each = (by: keyof typeof DIMENSION_SETS, name: string, stat: string) => [
    {
      expression: `SEARCH('{${[METRIC_NAMESPACE, ...DIMENSION_SETS[by]].join(',')}} MetricName="${name}" service="${service}"', '${stat}', 60)`,
      label: name,
    },
  ];
  return [
    {
      question: 'Is it running?',
      graphs: [
        alarmStates('Alarms', alarms),
        graph('Runs', [
          total(METRIC_NAMES.runs, 'Sum', { label: 'ended well' }),
          lambda('Invocations', 'Sum'),
          lambda('Errors', 'Sum'),
          lambda('AsyncEventsDropped', 'Sum'),
        ]),
        graph('How long runs last (ms)', [lambda('Duration', 'Maximum')]),
      ],
    },
    {
      question: 'What is published?',
      graphs: [
        graph('Published addresses', [each('byRecord', METRIC_NAMES.publishedAddresses, 'Minimum')]),
        graph('Healthy addresses', [each('byRecord', METRIC_NAMES.healthyAddresses, 'Minimum')]),
        graph('Instances at addresses that are not allowed', [
          each('byRecord', METRIC_NAMES.addressNotAllowed, 'Maximum'),
        ]),
        graph('Changes', [each('byRecord', METRIC_NAMES.changes, 'Sum')]),
      ],
    },
    {
      question: 'What was held or failed, and why?',
      graphs: [
        graph('Held, by reason', [each('byReason', METRIC_NAMES.held, 'Sum')]),
        graph('Failed, by reason', [each('byReason', METRIC_NAMES.failed, 'Sum')]),
        log('In words', [
          'fields @timestamp, level, message',
          'filter level in ["WARN", "ERROR"]',
          'sort @timestamp desc',
          'limit 20',
        ]),
      ],
    },
    {
      question: 'How fast is it?',
      graphs: [
        graph('From Consul to Route 53 (ms)', [
          total(METRIC_NAMES.reactionMs, 'p50', { label: 'p50' }),
          total(METRIC_NAMES.reactionMs, 'p99', { label: 'p99' }),
        ]),
        graph('Answers, p99 (ms)', [
          total(METRIC_NAMES.consulLatencyMs, 'p99', { label: 'Consul' }),
          total(METRIC_NAMES.route53LatencyMs, 'p99', { label: 'Route 53' }),
        ]),
        graph('Route 53: attempts repeated, and throttled', [
          total(METRIC_NAMES.route53Retries, 'Sum'),
          total(METRIC_NAMES.route53Throttled, 'Sum'),
        ]),
      ],
    },
  ];
}

const REGION = `\${AWS::Region}`;

const graph = (title: string, metrics: readonly unknown[]): Graph => ({
  type: 'metric',
  properties: { title, metrics, region: REGION, period: 60, view: 'timeSeries', yAxis: { left: { min: 0 } } },
});

const log = (title: string, query: readonly string[]): Graph => ({
  type: 'log',
  properties: {
    title,
    query: [`SOURCE '\${UpdateLogGroup}'`, ...query].join(' | '),
    region: REGION,
    view: 'table',
  },
});

const alarmStates = (title: string, alarms: readonly string[]): Graph => ({
  type: 'alarm',
  properties: {
    title,
    alarms: alarms.map(
      (name) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`,
    ),
  },
});
