import { beforeEach, describe, expect, it } from 'vitest';
import { NAME, type Stack } from '../support/stack.ts';
import { examinedStack, legsOf, runDoctorOn, verdictsOf } from './support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await examinedStack();
});

describe('where all is well', () => {
  it('every leg is, and the result says so', async () => {
    const before = stack.zone.recordSets();
    const report = await runDoctorOn(stack);
    expect(report).toMatchObject({ action: 'doctor', outcome: 'ok' });
    expect(report.legs.filter(({ verdict }) => verdict !== 'ok').map(({ leg }) => leg)).toEqual([
      'route53-vpc',
      'record-answer',
    ]);
    for (const leg of report.legs) {
      expect(leg.message).toMatch(/^\S.*\.$/);
      expect(leg.ms).toBeGreaterThanOrEqual(0);
    }
    expect(stack.zone.recordSets()).toEqual(before);
    expect(JSON.stringify(report)).not.toMatch(/planted/);
  });

  it('tries the right to change with what Route 53 has to reject', async () => {
    await runDoctorOn(stack);
    const tries = stack.route53.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets');
    expect(tries.map(({ status }) => status)).toEqual([400]);
    const changes = tries[0]?.changes ?? [];
    expect(changes.map(({ action, recordSet: { type, name } }) => [action, type, name])).toEqual([
      ['DELETE', 'TXT', `${NAME}.`],
      ['DELETE', 'TXT', '_consul-route53-updater.corp.internal.'],
      ['DELETE', 'A', `${NAME}.`],
      ['DELETE', 'AAAA', `${NAME}.`],
      ['CREATE', 'A', `${NAME}.`],
      ['CREATE', 'AAAA', `${NAME}.`],
      ['UPSERT', 'A', `${NAME}.`],
      ['UPSERT', 'AAAA', `${NAME}.`],
    ]);
    for (const { action, recordSet } of changes) {
      expect(recordSet.setIdentifier).toMatch(
        recordSet.type === 'TXT' ? /^[0-9a-f-]{36}$/ : /^consul\/rdsproxy\/.*-[0-9a-f-]{36}$/,
      );
      if (action !== 'DELETE') expect(recordSet.healthCheckId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('the clock', () => {
  it.each([
    { minutes: 0, verdict: 'ok' },
    { minutes: -1, verdict: 'warning' },
    { minutes: 6, verdict: 'failed' },
  ])('$minutes minutes off is $verdict', async ({ minutes, verdict }) => {
    const report = await runDoctorOn(stack, {}, { now: () => Date.now() + minutes * 60_000 });
    expect(legsOf(report, 'clock')[0]?.verdict).toBe(verdict);
  });
});

describe('settings', () => {
  it('that are wrong are told of with every fault, and nothing else is asked', async () => {
    const report = await runDoctorOn(stack, { HOSTED_ZONE_ID: '?', RECORDS: '[]' });
    expect(verdictsOf(report)).toEqual({ settings: 'failed' });
    expect(legsOf(report, 'settings')[0]?.details).toHaveLength(2);
    expect(stack.route53.requests).toEqual([]);
    expect(stack.consul.requests.filter(({ method }) => method === 'GET')).toEqual([]);
  });
});
