import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decide, type Published } from '../../src/plan/decide.ts';
import type { Objection } from '../../src/plan/guards.ts';
import { reportPass } from '../../src/report/record-report.ts';
import { foreignSet, instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';
import { reportRun } from '../support/report.ts';

const setting = recordSetting();
const denied: Objection = { decision: 'fail', reason: 'access-denied', message: 'denied' };

/** What a pass reports that decides once. */
function pass(
  instances: readonly Instance[],
  sets: readonly RecordSet[] | Objection,
  { own = setting, action = 'apply' as 'apply' | 'plan' } = {},
) {
  const published: Published | undefined = 'decision' in sets ? undefined : { zone: ZONE, sets };
  const seen = published
    ? ({ known: true, value: published } as const)
    : ({ known: false, objection: sets as Objection } as const);
  const decision = decide(own, { known: true, value: instances }, seen, { force: false, now: 0 });
  return reportPass(action, 'Z1', ['change'], [decision]);
}

describe('the report of a run', () => {
  it('says nothing of a trouble that is over, though the record is of another type than was thought', () => {
    const instances = [instance('fd00::1')];
    const passes = [pass(instances, denied), pass(instances, [registered(), multivalueSet('fd00::1')])];
    expect(reportRun('apply', [setting], passes)).toMatchObject({
      outcome: 'unchanged',
      records: [{ type: 'AAAA', outcome: 'unchanged' }],
    });
  });

  it('keeps the last word on a type that is not there any more', () => {
    const both = [registered(), multivalueSet('10.0.0.1'), multivalueSet('fd00::1')];
    const six = [instance('fd00::1'), instance('10.0.0.1', 'critical')];
    const passes = [pass(six, both), pass([instance('fd00::1')], [registered(), multivalueSet('fd00::1')])];
    expect(reportRun('apply', [setting], passes).records).toMatchObject([
      { type: 'A', outcome: 'changed', published: [] },
      { type: 'AAAA', outcome: 'unchanged' },
    ]);
  });
});

describe('the report of a record of which a part is held', () => {
  const sets = [registered(), ...[1, 2, 3, 4, 5].map((last) => multivalueSet(`10.0.0.${last}`))];
  const [record] = pass([instance('10.0.0.1'), instance('10.0.0.2', 'critical')], sets).records;

  it('is held, with what was done all the same, and every reason', () => {
    expect(record).toMatchObject({
      outcome: 'held',
      reason: 'vanished',
      published: ['10.0.0.1', '10.0.0.3', '10.0.0.4', '10.0.0.5'],
      desired: ['10.0.0.1'],
      changes: [{ action: 'DELETE', values: ['10.0.0.2'] }],
      holds: [{ reason: 'vanished', addresses: ['10.0.0.3', '10.0.0.4', '10.0.0.5'] }],
      registration: 'note since when 10.0.0.3, 10.0.0.4, 10.0.0.5 are not registered',
    });
    expect(record?.message).toMatch(
      /^remove 10\.0\.0\.2 .* now 10\.0\.0\.1, 10\.0\.0\.3, 10\.0\.0\.4, 10\.0\.0\.5 published; 10\.0\.0\.3.* no longer registered/,
    );
  });

  it('names an address that was taken out since it is not allowed, where nothing is held', () => {
    const [cleaned] = pass(
      [instance('10.0.0.1')],
      [registered(), multivalueSet('10.0.0.1'), multivalueSet('8.8.8.8')],
    ).records;
    expect(cleaned).toMatchObject({
      outcome: 'changed',
      reason: 'address-not-allowed',
      published: ['10.0.0.1'],
    });
    expect(cleaned?.message).toMatch(/^remove 8\.8\.8\.8 \(is outside allowedCidrs/);
  });
});

describe('the report of a record that is refused, and from which an address leaves all the same', () => {
  const own = recordSetting({ routing: 'simple' });
  const sets = [registered(), multivalueSet('10.0.0.1'), multivalueSet('10.0.0.2'), foreignSet('10.9.9.9')];
  const instances = [instance('10.0.0.1'), instance('10.0.0.2', 'critical')];

  it('says what is published afterwards', () => {
    const [record] = pass(instances, sets, { own }).records;
    expect(record).toMatchObject({
      outcome: 'failed',
      reason: 'conflict',
      published: ['10.0.0.1'],
      changes: [{ action: 'DELETE', values: ['10.0.0.2'] }],
      instances: [{ published: true }, { address: '10.0.0.2', published: false }],
    });
    expect(record).not.toHaveProperty('planned');
    expect(record?.instances.at(-1)?.why).not.toMatch(/still published/);
    expect(record?.message).toMatch(/; remove 10\.0\.0\.2 .* now 10\.0\.0\.1 published\.$/);
  });

  it('says what would be published, where it is only planned', () => {
    const [record] = pass(instances, sets, { own, action: 'plan' }).records;
    expect(record).toMatchObject({
      outcome: 'failed',
      published: ['10.0.0.1', '10.0.0.2'],
      planned: ['10.0.0.1'],
      instances: [
        { published: true },
        { why: expect.stringMatching(/still published \(record planned only\)$/) },
      ],
    });
  });
});
