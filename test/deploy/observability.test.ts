import { describe, expect, it } from 'vitest';
import { alarmNames } from '../../deploy/alarms.ts';
import { METRIC_NAMES, METRIC_NAMESPACE } from '../../src/report/metric-names.ts';
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

describe('the alarms', () => {
  it.each([
    ['Errors', 'AWS/Lambda', 'Errors', { Statistic: 'Sum', Threshold: 1, TreatMissingData: 'notBreaching' }],
    [
      'Failed',
      METRIC_NAMESPACE,
      'Failed',
      { Statistic: 'Sum', Threshold: 1, TreatMissingData: 'notBreaching' },
    ],
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
    ['Throttled', METRIC_NAMESPACE, 'Route53Throttled', { Statistic: 'Sum', Threshold: 1 }],
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

  it('are these seven', () => expect(alarms).toHaveLength(7));

  it.each(alarms)('$id says what it means, the cause and the remedy', ({ properties }) => {
    expect(properties.AlarmDescription).toMatch(/^[A-Z].+\. Cause: .+\. Remedy: .+\.$/);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    expect(properties.AlarmDescription.length).toBeLessThanOrEqual(1_024);
  });

  it.each(alarms)('$id looks at a metric that exists', ({ properties: { Namespace, MetricName } }) => {
    const known = Namespace === METRIC_NAMESPACE ? Object.values(METRIC_NAMES) : ['Errors'];
    expect(known).toContain(MetricName);
  });
});

describe('the dashboard', () => {
  const { DashboardBody, DashboardName } = propertiesOf(resources, 'Dashboard') as {
    DashboardName: object;
    DashboardBody: { 'Fn::Sub': string };
  };
  const text = DashboardBody['Fn::Sub'];
  const { widgets } = JSON.parse(text) as {
    widgets: readonly { type: string; x: number; y: number; width: number; height: number }[];
  };

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
    for (const name of Object.values(METRIC_NAMES))
      expect(text).toMatch(new RegExp(`"${name}"|"${name}\\\\"`));
    for (const name of alarmNames('updater-dev')) expect(text).toContain(`:alarm:${name}"`);
  });

  it("searches the records' metrics under their dimensions", () => {
    const searches = text.match(/SEARCH\('[^']+'/g) ?? [];
    expect(searches).toHaveLength(6);
    for (const search of searches) {
      expect(search).toMatch(
        /^SEARCH\('\{ConsulRoute53Updater,service,(record|reason)\} MetricName=\\"(PublishedAddresses|HealthyAddresses|AddressNotAllowed|Changes|Held|Failed)\\" service=\\"updater-dev\\"'$/,
      );
    }
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
