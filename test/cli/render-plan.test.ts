import { describe, expect, it } from 'vitest';
import { plain } from '../../cli/paint.ts';
import { renderPlan, resultOf } from '../../cli/render-plan.ts';
import type { Instance } from '../../src/domain/instance.ts';
import { decide, type Observed } from '../../src/plan/decide.ts';
import { reportPass } from '../../src/report/record-report.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { instance, multivalueSet, recordSetting, ZONE } from '../support/records.ts';
import { reportRun } from '../support/report.ts';
import { CASES, type Case, OURS } from './plan-cases.ts';

/** The report as a real run makes it, so that what is rendered is what the core says. */
function report(...cases: readonly Pick<Case, 'setting' | 'instances' | 'sets'>[]): RunReport {
  const decisions = cases.map(({ setting, instances, sets }) => {
    const seen: Observed<readonly Instance[]> =
      instances === 'denied'
        ? {
            known: false,
            objection: { decision: 'hold', reason: 'source-denied', message: 'Consul said no' },
          }
        : { known: true, value: instances };
    return decide(
      recordSetting(setting),
      seen,
      sets === 'throttled'
        ? { known: false, objection: { decision: 'fail', reason: 'throttled', message: 'listing failed' } }
        : { known: true, value: { zone: ZONE, sets } },
      { force: false, now: 0 },
    );
  });
  const settings = decisions.map(({ setting }) => setting);
  return reportRun('plan', settings, [reportPass('plan', 'Z1', ['invocation'], decisions)]);
}

describe('a plan as a diff', () => {
  it.each(CASES)('$title', (one) => {
    const run = report(one);
    expect(renderPlan(run, plain).slice(0, -2)).toEqual(one.lines);
    expect(resultOf(run)).toBe(one.result);
  });

  it('has a block for each type at a name', () => {
    const run = report({ instances: [instance('10.0.0.1'), instance('fd00::1')], sets: [OURS] });
    expect(renderPlan(run, plain)).toEqual([
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  +   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '',
      'rdsproxy.corp.internal AAAA (rdsproxy): planned',
      '  +   fd00::1 (node-fd00::1: its check is passing)',
      '',
      '2 records (2 planned): changes are pending. Nothing was written.',
    ]);
  });

  it('says the zone where there are several', () => {
    const one = { instances: [instance('10.0.0.1')], sets: [OURS, multivalueSet('10.0.0.1')] };
    const other = { ...one, setting: { zoneId: 'Z2' } };
    expect(renderPlan(report(one, other), plain).filter((line) => line.includes('corp.internal'))).toEqual([
      'rdsproxy.corp.internal A (rdsproxy, in Z1): unchanged',
      'rdsproxy.corp.internal A (rdsproxy, in Z2): unchanged',
    ]);
  });

  it('ends with a summary of all records, in which an error outweighs a change and a change a hold', () => {
    const [planned, unchanged] = CASES;
    const [held, denied] = CASES.slice(
      CASES.findIndex(({ title }) => title === 'a record that a guard holds'),
    );
    if (!planned || !unchanged || !held || !denied) throw new Error('a case is missing');
    const named = (one: Case, name: string) => ({ ...one, setting: { ...one.setting, name } });
    const run = report(planned, named(held, 'held.corp.internal'), named(unchanged, 'same.corp.internal'));
    expect(renderPlan(run, plain).at(-1)).toBe(
      '3 records (1 planned, 1 held, 1 unchanged): changes are pending. Nothing was written.',
    );
    expect(resultOf(report(planned, named(denied, 'denied.corp.internal')))).toBe('error');
    expect(renderPlan(report(held), plain).at(-1)).toBe(
      '1 record (1 held): nothing to do. Nothing was written.',
    );
  });
});
