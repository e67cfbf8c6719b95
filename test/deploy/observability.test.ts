import { describe, expect, it } from 'vitest';
import { alarmNames } from '../../deploy/alarms.ts';
import manifest from '../../package.json' with { type: 'json' };
import { METRIC_NAMES, METRIC_NAMESPACE, ONLY_IN_LOG } from '../../src/report/metric-names.ts';
import { parseEvent } from '../../src/settings/event.ts';
import { deploy, propertiesOf } from './site.ts';

interface Alarm {
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly object[];
}

const { resources } = deploy();
const alarms = Object.keys(resources)
  .filter((id) => id.endsWith('Alarm'))
  .map((id) => ({ id, properties: propertiesOf(resources, id) as Alarm }));

/** How much longer a description may get by names of services, stages and Regions. */
const LONGER_NAMES = 200;

describe('the alarms', () => {
  it.each([
    ['Errors', 'AWS/Lambda', 'Errors', { Statistic: 'Sum', Threshold: 1, TreatMissingData: 'notBreaching' }],
    [
      'Held',
      METRIC_NAMESPACE,
      'Held',
      { Threshold: 1, EvaluationPeriods: 5, DatapointsToAlarm: 5, Period: 60 },
    ],
    [
      'AddressNotAllowed',
      METRIC_NAMESPACE,
      'AddressNotAllowed',
      { Statistic: 'Maximum', Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 1, Period: 60 },
    ],
    [
      'Silent',
      METRIC_NAMESPACE,
      'Runs',
      {
        ...{ ComparisonOperator: 'LessThanThreshold', Threshold: 1, TreatMissingData: 'breaching' },
        ...{ EvaluationPeriods: 5, DatapointsToAlarm: 5, Period: 60 },
      },
    ],
    [
      'Slow',
      METRIC_NAMESPACE,
      'ReactionMs',
      { ExtendedStatistic: 'p99', Threshold: 1_000, ComparisonOperator: 'GreaterThanThreshold' },
    ],
    [
      'Spreading',
      METRIC_NAMESPACE,
      'PropagationMs',
      {
        ...{ Statistic: 'Maximum', Threshold: 60_000, ComparisonOperator: 'GreaterThanThreshold' },
        ...{ EvaluationPeriods: 5, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' },
      },
    ],
  ])('%s looks at %s %s', (name, Namespace, MetricName, more) => {
    expect(propertiesOf(resources, `${name}Alarm`)).toMatchObject({
      AlarmName: `updater-dev-${name.toLowerCase()}`,
      Namespace,
      MetricName,
      Dimensions: [
        Namespace === METRIC_NAMESPACE
          ? { Name: 'service', Value: 'updater-dev' }
          : { Name: 'FunctionName', Value: { Ref: 'UpdateLambdaFunction' } },
      ],
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
      ...more,
    });
  });

  it.each([
    [0, 4],
    [75, 5],
    [840, 18],
  ])('Errors waits for runs that watch for %i s: 2 bad minutes of %i', (watchSeconds, EvaluationPeriods) => {
    expect(propertiesOf(deploy({ watchSeconds }).resources, 'ErrorsAlarm')).toMatchObject({
      ...{ DatapointsToAlarm: 2, EvaluationPeriods },
    });
  });

  it('Slow looks for the latencies in both forms: a number, or a list with the worst one beside it', () => {
    const { AlarmDescription } = propertiesOf(resources, 'SlowAlarm') as Alarm;
    for (const name of ['ConsulLatencyMs', 'Route53LatencyMs'])
      expect(AlarmDescription).toContain(`$.${name} > 500 || $.Worst${name} > 500`);
  });

  it('are these six', () => expect(alarms).toHaveLength(6));

  it.each(alarms)('$id says what it means, the cause and the remedy', ({ properties }) => {
    expect(properties.AlarmDescription).toMatch(/^[A-Z].+\. Cause: .+\. Remedy: .+\.$/);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    expect(properties.AlarmDescription.length).toBeLessThanOrEqual(1_024 - LONGER_NAMES);
  });

  it.each(alarms)(
    '$id has commands for this stage and Region, which the function understands',
    ({ properties }) => {
      const commands = [
        ...properties.AlarmDescription.matchAll(/aws (lambda|logs|events) .*?(?=aws |; |, |\. |\.$|$)/g),
      ];
      expect(commands.length).toBeGreaterThan(0);
      for (const [command] of commands) {
        expect(command).toContain('--region eu-west-1');
        expect(command).toContain('updater-dev');
      }
      for (const [, payload = ''] of properties.AlarmDescription.matchAll(/--payload '([^']*)'/g))
        expect(parseEvent(JSON.parse(payload))).toMatchObject({ scheduled: false });
      expect(properties.AlarmDescription).not.toMatch(/\$\{|undefined|memorySize/);
    },
  );

  it.each(['ErrorsAlarm', 'HeldAlarm'])(
    '%s names the command that shows how the records of the stage stand',
    (id) => {
      expect((propertiesOf(resources, id) as Alarm).AlarmDescription).toContain(
        'npm run status -- --stage dev ',
      );
    },
  );

  it('names commands of this repository that there are', () => {
    const named = alarms.flatMap(({ properties }) => [
      ...properties.AlarmDescription.matchAll(/npm run (\w+) -- --stage dev((?: --\w+)?)/g),
    ]);
    expect(named.map(([, name, option]) => `${name}${option}`)).toEqual(
      expect.arrayContaining(['status', 'force --record']),
    );
    for (const [, name = ''] of named) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  it.each(alarms)('$id looks at a metric that exists', ({ properties: { Namespace, MetricName } }) => {
    const known = Namespace === METRIC_NAMESPACE ? Object.values(METRIC_NAMES) : ['Errors'];
    expect(known).toContain(MetricName);
  });
});

it('each metric that is paid for has an alarm, and what no alarm looks at is in the log only', () => {
  const watched = alarms.map(({ properties }) => properties.MetricName);
  for (const name of Object.values(METRIC_NAMES))
    expect([name, watched.includes(name)]).toEqual([name, !ONLY_IN_LOG.has(name)]);
});

it('there is no dashboard where nobody asks for one', () => {
  expect(deploy().resources).not.toHaveProperty('Dashboard');
  expect(deploy().outputs).not.toHaveProperty('DashboardUrl');
  const { DashboardUrl } = deploy({ dashboard: true }).outputs;
  expect(DashboardUrl?.Value).toMatch(/region=eu-west-1#dashboards\/dashboard\/updater-dev-eu-west-1$/);
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly query?: string };
}

describe.each([
  ['with metrics by record', true],
  ['without them', false],
])('the dashboard %s', (_, metricsByRecord) => {
  const { DashboardBody, DashboardName } = propertiesOf(
    deploy({ dashboard: true, metricsByRecord }).resources,
    'Dashboard',
  ) as { DashboardName: object; DashboardBody: { 'Fn::Sub': string } };
  const text = DashboardBody['Fn::Sub'];
  const { widgets } = JSON.parse(text) as { widgets: readonly Widget[] };

  it('is named after the stage and the Region', () => {
    expect(DashboardName).toEqual({ 'Fn::Sub': `updater-dev-\${AWS::Region}` });
  });

  it("has a row for each of an operator's questions", () => {
    expect(text.match(/## [^"]+/g)).toEqual([
      '## Is it running?',
      '## What is published?',
      '## What was held or failed, and why?',
      '## How fast is it?',
    ]);
  });

  it('places its widgets side by side, each row filled', () => {
    for (const y of new Set(widgets.map((widget) => widget.y))) {
      const row = widgets.filter((widget) => widget.y === y);
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
      expect(new Set(row.map(({ height }) => height)).size).toBe(1);
      expect(row.map(({ x }) => x)).toEqual(row.map((_, i) => (i * 24) / row.length));
    }
  });

  it('shows every metric of the function, and every alarm', () => {
    for (const name of Object.values(METRIC_NAMES)) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    for (const name of alarmNames('updater-dev')) expect(text).toContain(`:alarm:${name}"`);
  });

  it('asks CloudWatch for no metric that there is not, and else the log', () => {
    const graphs = widgets.filter(({ type }) => type === 'metric').map((graph) => JSON.stringify(graph));
    for (const name of ONLY_IN_LOG)
      expect([name, graphs.some((graph) => graph.includes(name))]).toEqual([name, metricsByRecord]);
    const searches = text.match(/SEARCH\('[^']+'/g) ?? [];
    expect(searches).toHaveLength(metricsByRecord ? 6 : 0);
    for (const search of searches) {
      expect(search).toMatch(
        /^SEARCH\('\{ConsulRoute53Updater,service,(record|reason)\} MetricName=\\"(PublishedAddresses|HealthyAddresses|AddressNotAllowed|Changes|Held|Failed)\\" service=\\"updater-dev\\"'$/,
      );
    }
    const queries = widgets.flatMap(({ properties }) => properties.query ?? []);
    expect(queries).toHaveLength(metricsByRecord ? 1 : 5);
    for (const query of queries) expect(query).toMatch(/^SOURCE '\$\{UpdateLogGroup\}' \| (fields|filter) /);
  });

  it('refers to resources of the stack and to pseudo parameters only', () => {
    const references = new Set([...text.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name));
    expect([...references].sort()).toEqual([
      'AWS::AccountId',
      'AWS::Partition',
      'AWS::Region',
      'UpdateLambdaFunction',
      'UpdateLogGroup',
    ]);
  });
});
