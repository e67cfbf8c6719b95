import { describe, expect, it } from 'vitest';
import type { RecordName } from '../../src/domain/record-name.ts';
import { brokenRunMetrics, type MetricValue, runMetrics } from '../../src/report/metrics.ts';
import type { PassReport, RecordReport, RunReport } from '../../src/report/run-report.ts';
import type { Timings } from '../../src/report/timings.ts';
import { addresses } from '../support/records.ts';
import { reportRun } from '../support/report.ts';

const NAME = 'rdsproxy.corp.internal' as RecordName;
const NO_TIMINGS: Timings = { consul: [], route53: [], retries: 0, throttled: 0, propagation: [] };
const CHANGE = { action: 'UPSERT', values: ['10.0.1.1'], message: 'add 10.0.1.1' } as const;

function record(own: Partial<RecordReport> = {}): RecordReport {
  return {
    service: 'rdsproxy',
    name: NAME,
    zoneId: 'Z1',
    type: 'A',
    outcome: 'unchanged',
    message: 'nothing to do.',
    published: addresses('10.0.1.1'),
    desired: addresses('10.0.1.1'),
    changes: [],
    instances: [],
    ...own,
  };
}

function run(records: readonly RecordReport[], own: Partial<RunReport> = {}): RunReport {
  return { action: 'apply', outcome: 'unchanged', records, passes: [], ...own };
}

/** `Name{dimensions}` with each of its values. */
function table(values: readonly MetricValue[]): Readonly<Record<string, readonly number[]>> {
  const rows: Record<string, number[]> = {};
  for (const { name, value, dimensions } of values) {
    const key = [name, ...Object.entries(dimensions).map(([each, of]) => `${each}=${of}`)].join(' ');
    rows[key] = [...(rows[key] ?? []), value];
  }
  return rows;
}

const ofRecord = (values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries({ AddressNotAllowed: 0, ...values }).flatMap(([name, value]) => [
      [name, [value]],
      [`${name} record=${NAME}`, [value]],
    ]),
  );

const QUIET = { Route53Retries: [0], Route53Throttled: [0] };

describe('runMetrics', () => {
  it.each<[string, RunReport, object]>([
    [
      'nothing to do',
      run([record()]),
      {
        ...ofRecord({ HealthyAddresses: 1, PublishedAddresses: 1, Changes: 0, Held: 0, Failed: 0 }),
        ...QUIET,
        Runs: [1],
      },
    ],
    [
      'a name in two zones: two records',
      run([record(), record({ zoneId: 'Z2', published: addresses('10.0.1.1', '10.0.1.2') })]),
      {
        ...Object.fromEntries(
          Object.entries({
            HealthyAddresses: [1, 1],
            PublishedAddresses: [1, 2],
            AddressNotAllowed: [0, 0],
            Changes: [0, 0],
            Held: [0, 0],
            Failed: [0, 0],
          }).flatMap(([name, values]) => [
            [name, values],
            [`${name} record=${NAME}`, values],
          ]),
        ),
        ...QUIET,
        Runs: [1],
      },
    ],
    [
      'changed, in both address families, in one pass of the window',
      run(
        [
          record({ outcome: 'changed', changes: [CHANGE, CHANGE] }),
          record({ type: 'AAAA', outcome: 'changed', changes: [CHANGE] }),
        ],
        {
          outcome: 'changed',
          passes: [
            { zoneId: 'Z1', wokenBy: ['invocation'], outcome: 'unchanged', changed: [] },
            { zoneId: 'Z1', wokenBy: ['change'], outcome: 'changed', changed: [NAME], reactionMs: 84 },
          ],
        },
      ),
      {
        ...ofRecord({ HealthyAddresses: 2, PublishedAddresses: 2, Changes: 3, Held: 0, Failed: 0 }),
        ReactionMs: [84],
        [`ReactionMs record=${NAME}`]: [84],
        ...QUIET,
        Runs: [1],
      },
    ],
    [
      'held, Consul not known',
      run([record({ outcome: 'held', reason: 'source-unavailable', desired: null })], { outcome: 'held' }),
      {
        ...ofRecord({ PublishedAddresses: 1, Changes: 0, Held: 1, Failed: 0 }),
        'Held reason=source-unavailable': [1],
        ...QUIET,
        Runs: [1],
      },
    ],
    [
      'failed, Route 53 not known: no run that ended well',
      run([record({ outcome: 'failed', reason: 'access-denied', published: null })], { outcome: 'failed' }),
      {
        ...ofRecord({ HealthyAddresses: 1, Changes: 0, Held: 0, Failed: 1 }),
        'Failed reason=access-denied': [1],
        ...QUIET,
      },
    ],
    [
      'an address left out is neither held nor failed',
      run([record({ reason: 'address-not-allowed', notAllowed: 2 })]),
      {
        ...ofRecord({
          AddressNotAllowed: 2,
          HealthyAddresses: 1,
          PublishedAddresses: 1,
          Changes: 0,
          Held: 0,
          Failed: 0,
        }),
        ...QUIET,
        Runs: [1],
      },
    ],
    ['a plan', run([record({ outcome: 'planned' })], { action: 'plan', outcome: 'planned' }), {}],
  ])('%s', (_, report, expected) => {
    expect(table(runMetrics(report, NO_TIMINGS))).toEqual(expected);
  });

  it('has a value for each record without its name, so that the minimum is the worst one', () => {
    const other = record({ name: 'other.corp.internal' as RecordName, published: [] });
    const values = table(runMetrics(run([record(), other]), NO_TIMINGS));
    expect(values['PublishedAddresses']).toEqual([1, 0]);
    expect(values['PublishedAddresses record=other.corp.internal']).toEqual([0]);
  });

  it('tells of a stranger at an address that is not allowed, also of one that was there for a moment', () => {
    const pass = (own: Partial<RecordReport>): PassReport => ({
      ...{ zoneId: 'Z1', wokenBy: ['change'], outcome: 'unchanged' },
      records: [record(own)],
    });
    const strangers = [1, 2, undefined].map((notAllowed) => pass(notAllowed ? { notAllowed } : {}));
    const report = reportRun('apply', [{ zoneId: 'Z1', name: NAME }], strangers);
    expect(report.records).toMatchObject([{ notAllowed: 2 }]);
    expect(table(runMetrics(report, NO_TIMINGS))).toMatchObject(ofRecord({ AddressNotAllowed: 2 }));
  });

  it('tells how long Consul and Route 53 took, and the changes afterwards, in whole milliseconds', () => {
    const timings = { consul: [3.6], route53: [21.2, 40], retries: 2, throttled: 1, propagation: [23_000.4] };
    const values = runMetrics(run([]), timings);
    expect(table(values)).toEqual({
      ConsulLatencyMs: [4],
      Route53LatencyMs: [21, 40],
      PropagationMs: [23_000],
      Route53Retries: [2],
      Route53Throttled: [1],
      Runs: [1],
    });
    expect(values.find(({ name }) => name === 'ConsulLatencyMs')?.unit).toBe('Milliseconds');
  });
});

it('counts a run that broke off as failed, by the name of its error', () => {
  expect(table(brokenRunMetrics('SettingsError', NO_TIMINGS))).toEqual({
    Failed: [1],
    'Failed reason=SettingsError': [1],
    ...QUIET,
  });
});
