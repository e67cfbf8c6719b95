import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import { type Decision, decide } from '../../src/plan/decide.ts';
import { boundedReport } from '../../src/report/bounded-report.ts';
import { passLog } from '../../src/report/log-lines.ts';
import { runMetrics } from '../../src/report/metrics.ts';
import { reportPass } from '../../src/report/record-report.ts';
import type { Outcome, PassReport, RecordReport } from '../../src/report/run-report.ts';
import { runSummary } from '../../src/report/run-summary.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { instance, recordSetting, registered, ZONE } from '../support/records.ts';

/** What is decided of a record at which nothing is published yet. */
function decided(instances: readonly Instance[], own: Parameters<typeof recordSetting>[0] = {}): Decision {
  const setting = recordSetting(own);
  const sets = [registered(own)];
  return decide(
    setting,
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets } },
    { force: false, now: 0 },
  );
}

const pass = (...decisions: readonly Decision[]) => reportPass('apply', 'Z1', ['change'], decisions, 5);
const recordIn = ({ records }: { readonly records: readonly RecordReport[] }) => {
  const [record] = records;
  if (!record) throw new Error('there is no record');
  return record;
};
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** As many characters of three bytes as are left of a stranger's text. */
const LONG = '漢'.repeat(253);
const strangers = (count: number) =>
  Array.from({ length: count }, (_, i) => instance(`8.8.${i >> 8}.${i & 255}`, 'passing', LONG));

describe('a report', () => {
  it('tells of twenty instances, first of those that are out, and counts the others', () => {
    const sound = Array.from({ length: 30 }, (_, i) => instance(`10.0.0.${i + 1}`));
    const record = recordIn(pass(decided([...sound, instance('10.0.1.1', 'critical')])));
    expect(record.instances).toHaveLength(20);
    expect(record.instances[0]).toMatchObject({ address: '10.0.1.1', status: 'critical' });
    expect(record).toMatchObject({ moreInstances: 11, moreChanges: 10 });
    expect(record.changes).toHaveLength(20);
    expect(record.published).toHaveLength(30);
    expect(record.message).toMatch(
      /^add 10\.0\.0\.1 .*; and 10 more; now 10\.0\.0\.1, .*, and 10 more published\.$/,
    );
  });

  it('has no more than 100 KB of a record, whatever strangers register', () => {
    const record = recordIn(pass(decided([...strangers(300), instance('10.0.0.1')])));
    expect(record).toMatchObject({ outcome: 'changed', reason: 'address-not-allowed', moreInstances: 281 });
    expect(bytesOf(record)).toBeLessThan(100_000);
  });
});

describe('a run', () => {
  it('keeps of each record its last report, and counts all of its changes', () => {
    const summary = runSummary('apply', [recordSetting()]);
    const change = pass(decided([instance('10.0.0.1'), ...strangers(300)]));
    const add = () => summary.add(change);
    for (let passes = 0; passes < 200; passes++) add();
    const size = bytesOf(summary.report());
    for (let passes = 0; passes < 1_000; passes++) add();
    const report = summary.report();
    expect(bytesOf(report)).toBeLessThan(size * 1.01);
    expect(report.passes).toHaveLength(100);
    expect(recordIn(report)).toMatchObject({ outcome: 'changed', moreChanges: 1_180 });
    const changes = runMetrics(report, {
      ...{ consul: [], route53: [], retries: 0, throttled: 0 },
      propagation: [],
    });
    expect(changes).toContainEqual(expect.objectContaining({ name: 'Changes', value: 1_200 }));
  });
});

describe('a result', () => {
  const reportOf = (count: number, instances: (index: number) => readonly Instance[]) => {
    const settings = Array.from({ length: count }, (_, i) => ({ name: `name-${i}.corp.internal` }));
    const summary = runSummary('apply', settings.map(recordSetting));
    summary.add(pass(...settings.map((own, i) => decided(instances(i), own))));
    return summary.report();
  };

  it('of many records leaves out lists, of the sound ones first', () => {
    const report = reportOf(500, (i) => [instance('10.0.0.1', i === 150 ? 'critical' : 'passing')]);
    const cut = boundedReport(report, 250_000);
    expect(bytesOf(cut)).toBeLessThanOrEqual(250_000);
    expect(cut.records.map(({ name }) => name)).toEqual(report.records.map(({ name }) => name));
    expect(cut).not.toHaveProperty('moreRecords');
    expect(cut.records[150]).toEqual(report.records[150]);
    expect(cut.records.at(-1)).toMatchObject({
      changes: [],
      moreChanges: 1,
      instances: [],
      moreInstances: 1,
    });
    expect(cut.outcome).toBe('held');
  });

  it('of very many records tells of the worst, and counts the others', () => {
    const report = reportOf(2_000, (i) => [
      instance('10.0.0.1', i === 1_500 ? 'critical' : 'passing'),
      ...strangers(i === 1_501 ? 300 : 0),
    ]);
    const cut = boundedReport(report, 250_000);
    expect(bytesOf(cut)).toBeLessThanOrEqual(250_000);
    expect(cut.records.length + (cut.moreRecords ?? 0)).toBe(2_000);
    expect(cut.records.map(({ name }) => name)).toContain('name-1500.corp.internal');
  });
});

describe('the log', () => {
  /** The lines of so many passes, one each 50 ms. */
  async function logged(passes: number, passAt: (index: number) => PassReport) {
    const clock = fakeClock();
    const lines: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
    const write = passLog((level, message, fields) => void lines.push({ level, message, fields }), clock.now);
    for (let index = 0; index < passes; index++) {
      write(passAt(index), false);
      await clock.advance(50);
    }
    return lines;
  }
  const flaps = [299, 300].map((count) => pass(decided([instance('10.0.0.1'), ...strangers(count)])));
  const noisy = (index: number, own: Partial<RecordReport> = {}): PassReport => {
    const report = flaps[index % 2] ?? pass();
    return { ...report, records: report.records.map((record) => ({ ...record, ...own })) };
  };
  const quiet = { outcome: 'unchanged' as Outcome, changes: [] };

  it.each([
    ['nothing', quiet],
    ['a change', {}],
    ['a failure', { ...quiet, outcome: 'failed' as Outcome }],
  ])('has less than 1 MB a minute where strangers make 20 passes a second, each with %s', async (_, own) => {
    const lines = await logged(1_200, (index) => noisy(index, own));
    expect(bytesOf(lines)).toBeLessThan(1_000_000);
    expect(lines.length).toBeGreaterThan(2);
  });

  it('tells of changes all the same, and how many lines there were beside', async () => {
    // A change each second, among passes without any.
    const lines = await logged(1_200, (index) => noisy(index, index % 20 === 19 ? {} : quiet));
    const changes = lines.filter(
      ({ fields }) => (fields as { reactionMs?: number }).reactionMs !== undefined,
    );
    expect(changes).toHaveLength(60);
    expect(changes.at(-1)?.fields).toMatchObject({
      unlogged: expect.any(Number),
      record: { instances: [], moreInstances: 301 },
    });
  });

  it('leaves out nothing of a record that is quiet', async () => {
    const report = pass(decided([instance('10.0.0.1'), instance('10.0.0.2', 'critical')]));
    const lines = await logged(60, () => report);
    expect(lines.map(({ fields }) => (fields as { record: object }).record)).toEqual(
      Array.from({ length: 60 }, () => report.records[0]),
    );
  });
});
