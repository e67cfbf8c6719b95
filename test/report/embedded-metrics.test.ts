import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type Handler } from '../../handlers/update.ts';
import { embeddedMetrics } from '../../src/report/embedded-metrics.ts';
import type { MetricValue } from '../../src/report/metrics.ts';
import { context, EVERY_MINUTE, NAME, RECORDS, type Stack, startStack } from '../support/stack.ts';

/** A line in the embedded metric format, as far as CloudWatch reads it. */
interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [key: string]: unknown;
}

/** Milliseconds since 1970. */
const NOW = 1_767_225_600_000;

function emitted(values: readonly MetricValue[], byRecord = true): readonly Line[] {
  const lines = embeddedMetrics('consul-route53-updater', values, NOW, byRecord);
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('embeddedMetrics', () => {
  it('writes one line for each set of dimensions, valid for CloudWatch', () => {
    const lines = emitted([
      { name: 'Held', unit: 'Count', value: 1, dimensions: {} },
      { name: 'Held', unit: 'Count', value: 0, dimensions: {} },
      { name: 'Held', unit: 'Count', value: 1, dimensions: { record: NAME } },
      { name: 'Held', unit: 'Count', value: 1, dimensions: { reason: 'vanished' } },
      { name: 'ReactionMs', unit: 'Milliseconds', value: 84, dimensions: { record: NAME } },
    ]);
    const directive = (dimensions: readonly string[], ...metrics: readonly object[]) => ({
      Timestamp: NOW,
      CloudWatchMetrics: [{ Namespace: 'ConsulRoute53Updater', Dimensions: [dimensions], Metrics: metrics }],
    });
    const held = { Name: 'Held', Unit: 'Count' };
    const reaction = { Name: 'ReactionMs', Unit: 'Milliseconds' };
    const service = 'consul-route53-updater';
    expect(lines).toEqual([
      { _aws: directive(['service'], held), service, Held: [1, 0] },
      {
        _aws: directive(['service', 'record'], held, reaction),
        ...{ service, record: NAME, Held: 1, ReactionMs: 84 },
      },
      { _aws: directive(['service', 'reason'], held), service, reason: 'vanished', Held: 1 },
    ]);
  });

  it('loses no value and no dimension where there are more than one line may hold', () => {
    const values = Array.from({ length: 250 }, (_, value) => ({
      ...{ name: 'ReactionMs' as const, unit: 'Milliseconds' as const, value, dimensions: { record: NAME } },
    }));
    const lines = emitted(values);
    expect(lines.flatMap((line) => line['ReactionMs'])).toEqual(values.map(({ value }) => value));
    for (const line of lines) expect(line).toMatchObject({ record: NAME });
  });

  it('without METRICS_BY_RECORD has as metrics what alarms look at, and all else as fields', () => {
    const lines = emitted(
      [
        { name: 'Held', unit: 'Count', value: 1, dimensions: {} },
        { name: 'Held', unit: 'Count', value: 0, dimensions: {} },
        { name: 'PublishedAddresses', unit: 'Count', value: 2, dimensions: {} },
        { name: 'PublishedAddresses', unit: 'Count', value: 1, dimensions: {} },
        { name: 'PublishedAddresses', unit: 'Count', value: 3, dimensions: {} },
        ...[12, 480, 30].map((value) => ({
          ...{ name: 'Route53LatencyMs' as const, unit: 'Milliseconds' as const, value, dimensions: {} },
        })),
        { name: 'Held', unit: 'Count', value: 1, dimensions: { record: NAME } },
        { name: 'PublishedAddresses', unit: 'Count', value: 2, dimensions: { record: NAME } },
        { name: 'Held', unit: 'Count', value: 1, dimensions: { reason: 'vanished' } },
      ],
      false,
    );
    const service = 'consul-route53-updater';
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: NOW,
          CloudWatchMetrics: [
            {
              ...{ Namespace: 'ConsulRoute53Updater', Dimensions: [['service']] },
              Metrics: [{ Name: 'Held', Unit: 'Count' }],
            },
          ],
        },
        // The worst record's addresses, and the slowest answer.
        ...{ service, Held: [1, 0], PublishedAddresses: 1, Route53LatencyMs: 480 },
      },
      { service, record: NAME, Held: 1, PublishedAddresses: 2 },
      { service, reason: 'vanished', Held: 1 },
    ]);
  });

  it('of what is otherwise a field has the worst value beside a list, which no filter of lines can compare', () => {
    const values = (name: MetricValue['name'], ...list: readonly number[]) =>
      list.map((value) => ({ name, unit: 'Milliseconds' as const, value, dimensions: {} }));
    const both = [...values('ConsulLatencyMs', 600, 700, 90), ...values('ReactionMs', 84, 90)];
    expect(emitted(both)).toMatchObject([{ ConsulLatencyMs: [600, 700, 90], WorstConsulLatencyMs: 700 }]);
    expect(emitted(both)[0]).not.toHaveProperty('WorstReactionMs');
    // Where it is one number, it says so itself.
    expect(emitted(values('ConsulLatencyMs', 600))[0]).not.toHaveProperty('WorstConsulLatencyMs');
    expect(emitted(both, false)[0]).toMatchObject({ ConsulLatencyMs: 700, ReactionMs: [84, 90] });
    expect(emitted(both, false)[0]).not.toHaveProperty('WorstConsulLatencyMs');
  });

  it('writes nothing where there is nothing', () => {
    expect(emitted([])).toEqual([]);
  });
});

describe('the metrics of an invocation', () => {
  let stack: Stack;
  let runs: (readonly MetricValue[])[];
  let scopes: boolean[];
  let handler: (env?: Readonly<Record<string, string>>) => Handler;
  beforeEach(async () => {
    stack = await startStack();
    runs = [];
    scopes = [];
    handler = (env = {}) =>
      createHandler({
        env: {
          CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
          HOSTED_ZONE_ID: stack.zone.id,
          RECORDS,
          WATCH_SECONDS: '0',
          CONSUL_HTTP_TOKEN: 'planted-t0ken',
          ...env,
        },
        log: () => undefined,
        metrics: (values, byRecord) => {
          runs.push(values);
          scopes.push(byRecord);
        },
        route53: {
          endpoint: stack.route53.url,
          credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'planted-s3cret' },
        },
      });
  });
  afterEach(() => stack.close());

  const valuesOf = (name: string) =>
    runs.flat().flatMap((each) => (each.name === name && !('record' in each.dimensions) ? each.value : []));

  it('are given once, with what the two services took', async () => {
    await stack.register('10.0.1.1');
    await handler()({}, context());
    expect(runs).toHaveLength(1);
    expect(valuesOf('PublishedAddresses')).toEqual([1]);
    expect(valuesOf('Changes')).toEqual([1]);
    expect(valuesOf('Runs')).toEqual([1]);
    // It was asked again once it was known that nobody else had written since.
    expect(valuesOf('ConsulLatencyMs')).toHaveLength(2);
    expect(valuesOf('Route53LatencyMs')).toHaveLength(3);
    expect(valuesOf('Route53Retries')).toEqual([0]);
    expect(JSON.stringify(runs)).not.toMatch(/planted/);
  });

  it('count retries and throttled answers also of a request that succeeded in the end', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ kind: 'throttling', operation: 'ListResourceRecordSets', times: 2 });
    const run = handler();
    await run({}, context());
    expect(valuesOf('Route53Throttled')).toEqual([2]);
    expect(valuesOf('Route53Retries')).toEqual([2]);
    expect(valuesOf('Runs')).toEqual([1]);
    await run({}, context());
    expect(valuesOf('Route53Throttled')).toEqual([2, 0]);
  });

  it('do not take a blocking query for a slow Consul', async () => {
    // With nothing to write, it is asked once, and then with a blocking query.
    await stack.register('10.0.1.1', 'critical');
    await handler({ WATCH_SECONDS: '1' })({}, context());
    expect(stack.consul.requests.some(({ query }) => query['index'] !== undefined)).toBe(true);
    expect(valuesOf('ConsulLatencyMs')).toHaveLength(1);
  });

  it('are by record where that is set', async () => {
    await handler()({}, context());
    await handler({ METRICS_BY_RECORD: 'true' })({}, context());
    expect(scopes).toEqual([false, true]);
  });

  it('are given also when the run throws', async () => {
    stack.route53.faults.add({ kind: 'access-denied' });
    await expect(handler()(EVERY_MINUTE, context())).rejects.toThrow('access-denied');
    expect(runs).toHaveLength(1);
    expect(valuesOf('Failed')).toEqual([1, 1]);
    expect(valuesOf('Runs')).toEqual([]);
  });

  it('tell of settings that keep it from running, but not of a mistyped event', async () => {
    await expect(handler({ HOSTED_ZONE_ID: '?' })({}, context())).rejects.toThrow('HOSTED_ZONE_ID');
    expect(runs.flat()).toContainEqual(
      expect.objectContaining({ name: 'Failed', dimensions: { reason: 'SettingsError' } }),
    );
    runs.length = 0;
    await expect(handler()({ action: 'aply' }, context())).rejects.toThrow('aply');
    expect(runs).toEqual([]);
  });
});
