import {
  DIMENSION_SETS,
  METRIC_NAMES,
  METRIC_NAMESPACE,
  type MetricName,
} from '../src/report/metric-names.ts';
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
 * @param byRecord whether each record has metrics of its own; otherwise its log is asked.
 */
export function dashboardResource(service: string, alarms: readonly string[], byRecord: boolean): Resources {
  const widgets = rows(service, alarms, byRecord).flatMap(({ question, graphs }, index) => {
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

function rows(service: string, alarms: readonly string[], byRecord: boolean): readonly Row[] {
  const total = (name: MetricName, stat: string, more: object = {}) => [
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
      graphs: byRecord ? publishedByMetrics(service) : publishedByLog(),
    },
    {
      question: 'What was held or failed, and why?',
      graphs: [
        ...(byRecord ? reasonsByMetrics(service) : reasonsByLog()),
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
        graph('From accepted to all DNS servers (ms)', [total(METRIC_NAMES.propagationMs, 'Maximum')]),
        ...(byRecord
          ? [
              graph('Answers, p99 (ms)', [
                total(METRIC_NAMES.consulLatencyMs, 'p99', { label: 'Consul' }),
                total(METRIC_NAMES.route53LatencyMs, 'p99', { label: 'Route 53' }),
              ]),
              graph('Route 53: attempts repeated, and throttled', [
                total(METRIC_NAMES.route53Retries, 'Sum'),
                total(METRIC_NAMES.route53Throttled, 'Sum'),
              ]),
            ]
          : [
              log(
                'Slowest answers (ms)',
                overTime('max', ['consulLatencyMs', 'route53LatencyMs']),
                'timeSeries',
              ),
              log(
                'Route 53: attempts repeated, and throttled',
                overTime('sum', ['route53Retries', 'route53Throttled']),
                'timeSeries',
              ),
            ]),
      ],
    },
  ];
}

/** A line for each record, or for each record and reason, that there is. */
const each = (service: string, by: 'byRecord' | 'byReason', name: MetricName, stat: string) => [
  {
    expression: `SEARCH('{${[METRIC_NAMESPACE, ...DIMENSION_SETS[by]].join(',')}} MetricName="${name}" service="${service}"', '${stat}', 60)`,
    label: name,
  },
];

const publishedByMetrics = (service: string): readonly Graph[] => [
  graph('Published addresses', [each(service, 'byRecord', METRIC_NAMES.publishedAddresses, 'Minimum')]),
  graph('Healthy addresses', [each(service, 'byRecord', METRIC_NAMES.healthyAddresses, 'Minimum')]),
  graph('Instances at addresses that are not allowed', [
    each(service, 'byRecord', METRIC_NAMES.addressNotAllowed, 'Maximum'),
  ]),
  graph('Changes', [each(service, 'byRecord', METRIC_NAMES.changes, 'Sum')]),
];

const reasonsByMetrics = (service: string): readonly Graph[] => [
  graph('Held, by reason', [each(service, 'byReason', METRIC_NAMES.held, 'Sum')]),
  graph('Failed, by reason', [each(service, 'byReason', METRIC_NAMES.failed, 'Sum')]),
];

const publishedByLog = (): readonly Graph[] => [
  log('Each record, now and over the time shown', [
    `filter ispresent(record) and ispresent(${METRIC_NAMES.publishedAddresses})`,
    `stats latest(${METRIC_NAMES.publishedAddresses}) as published, latest(${METRIC_NAMES.healthyAddresses}) as healthy, max(${METRIC_NAMES.addressNotAllowed}) as notAllowed, sum(${METRIC_NAMES.changes}) as changes, sum(${METRIC_NAMES.held}) as runsHeld, sum(${METRIC_NAMES.failed}) as runsFailed by record`,
    'sort published asc',
  ]),
];

const reasonsByLog = (): readonly Graph[] => [
  log('By reason', [
    'filter ispresent(reason)',
    `stats sum(${METRIC_NAMES.held}) as held, sum(${METRIC_NAMES.failed}) as failed by reason`,
  ]),
];

/** A line for each of these fields of a run, minute by minute. */
const overTime = (of: 'max' | 'sum', names: readonly (keyof typeof METRIC_NAMES)[]) => [
  // Lines about one record have none of them.
  `filter ispresent(${METRIC_NAMES.route53Retries})`,
  `stats ${names.map((name) => `${of}(${METRIC_NAMES[name]})`).join(', ')} by bin(1m)`,
];

const REGION = `\${AWS::Region}`;

const graph = (title: string, metrics: readonly unknown[]): Graph => ({
  type: 'metric',
  properties: { title, metrics, region: REGION, period: 60, view: 'timeSeries', yAxis: { left: { min: 0 } } },
});

/** What Logs Insights finds in the function's log. */
const log = (title: string, query: readonly string[], view: 'table' | 'timeSeries' = 'table'): Graph => ({
  type: 'log',
  properties: {
    title,
    query: [`SOURCE '\${UpdateLogGroup}'`, ...query].join(' | '),
    region: REGION,
    view,
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
