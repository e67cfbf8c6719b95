import { beforeEach, describe, expect, it } from 'vitest';
import type { HostedZone } from '../../emulators/route53/server.ts';
import { NAME, type Stack } from '../support/stack.ts';
import { examinedStack, legsOf, runDoctorOn } from './support.ts';

const OTHER = 'other.corp.internal';

let stack: Stack;
let second: HostedZone;
beforeEach(async () => {
  stack = await examinedStack();
  second = stack.route53.zones.create({ name: 'corp.internal', private: true });
});

const RECORDS = () =>
  JSON.stringify([
    { service: 'rdsproxy', name: NAME },
    { service: 'rdsproxy', name: NAME, zoneId: second.id },
    { service: 'rdsproxy', name: OTHER },
  ]);

describe('several zones', () => {
  it('are examined each with its records, one after the other in the report', async () => {
    const report = await runDoctorOn(stack, { RECORDS: RECORDS() });
    const [one, two] = [stack.zone.id, second.id];
    const of = (zone: string, ...names: readonly string[]) => [
      ...['api', 'credentials', 'zone', 'vpc', 'list'].map((leg) => [`route53-${leg}`, zone]),
      ...['record-name', 'record-conflict', 'record-answer', 'route53-change'].flatMap((leg) =>
        names.map((name) => [leg, `${name} in ${zone}`]),
      ),
    ];
    const from = report.legs.findIndex(({ leg }) => leg === 'aws-credentials');
    expect(report.legs.slice(from).map(({ leg, subject }) => [leg, subject])).toEqual([
      ['aws-credentials', undefined],
      ...of(one, NAME, OTHER),
      ...of(two, NAME),
      ['route53-get-change', undefined],
      ['clock', undefined],
    ]);
    expect(report.outcome).toBe('ok');
  });

  it.each([
    { kind: 'hang' as const, leg: 'route53-api' as const },
    { kind: 'access-denied' as const, leg: 'route53-zone' as const },
    { kind: 'no-such-zone' as const, leg: 'route53-zone' as const },
  ])('are not skipped for another one: $kind', async ({ kind, leg }) => {
    stack.route53.faults.add({ kind, when: ({ zoneId }) => zoneId === stack.zone.id });
    const report = await runDoctorOn(
      stack,
      { RECORDS: RECORDS() },
      { limits: { consul: 5_000, route53: 2_000 } },
    );
    expect(legsOf(report, leg).map(({ subject, verdict }) => [subject, verdict])).toEqual([
      [stack.zone.id, 'failed'],
      [second.id, 'ok'],
    ]);
    const ofSecond = report.legs.filter(({ subject }) => subject?.endsWith(second.id));
    expect(ofSecond.filter(({ verdict }) => verdict !== 'ok').map((each) => each.leg)).toEqual([
      // Only the deployed function can tell.
      'route53-vpc',
      'record-answer',
    ]);
    expect(legsOf(report, 'route53-change').map(({ verdict }) => verdict)).toContain('ok');
  });

  it('of which one is for a VPC elsewhere', async () => {
    const away = stack.route53.zones.create({
      ...{ name: 'corp.internal', private: true },
      vpcs: [{ region: 'eu-west-1', id: 'vpc-0fedcba9876543210' }],
    });
    const records = [{ service: 'rdsproxy', name: NAME }].flatMap((record) => [
      record,
      { ...record, zoneId: away.id },
    ]);
    const report = await runDoctorOn(
      stack,
      {
        ...{ RECORDS: JSON.stringify(records), AWS_LAMBDA_FUNCTION_NAME: 'updater', AWS_REGION: 'us-east-1' },
      },
      { resolver: { primaryNameServer: async () => stack.zone.nameServers[0] ?? '' } },
    );
    expect(legsOf(report, 'route53-vpc').map(({ verdict }) => verdict)).toEqual(['ok', 'warning']);
  });

  it('of which one has a conflict', async () => {
    second.put({ name: NAME, type: 'A', ttl: 60, values: ['10.9.9.9'] });
    const report = await runDoctorOn(stack, { RECORDS: RECORDS() });
    const found = legsOf(report, 'record-conflict').map(({ subject, verdict }) => [subject, verdict]);
    expect(found).toEqual([
      [`${NAME} in ${stack.zone.id}`, 'ok'],
      [`${OTHER} in ${stack.zone.id}`, 'ok'],
      [`${NAME} in ${second.id}`, 'failed'],
    ]);
  });
});
