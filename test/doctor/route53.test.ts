import { beforeEach, describe, expect, it } from 'vitest';
import type { Change, Fault, FaultKind } from '../../emulators/route53/server.ts';
import type { LegName } from '../../src/doctor/finding.ts';
import { context, type Stack } from '../support/stack.ts';
import { allSkipped, examinedStack, legsOf, OF_A_ZONE, runDoctorOn, verdictsOf } from './support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await examinedStack();
});

describe('the way to Route 53', () => {
  it('that hangs is told of as the missing NAT gateway or endpoint, in time', async () => {
    stack.route53.faults.add({ kind: 'hang' });
    const report = await runDoctorOn(stack, {}, { limits: { consul: 5_000, route53: 400 } });
    expect(verdictsOf(report)).toMatchObject({
      'aws-credentials': 'ok',
      'route53-api': 'failed',
      ...allSkipped(['route53-credentials', ...OF_A_ZONE, 'record-conflict']),
      'consul-service': 'ok',
    });
    const [leg] = legsOf(report, 'route53-api');
    expect(leg?.message).toContain('did not answer within 400 ms');
    expect(leg?.remedy).toMatch(/NAT gateway, or an interface endpoint for com\.amazonaws\.route53/);
  });

  it('is told of in less than three seconds by the limits of the deployed function', async () => {
    stack.route53.faults.add({ kind: 'hang' });
    const handler = stack.function({});
    const [leg] = legsOf(await handler({ action: 'doctor' }, context()), 'route53-api');
    expect(leg).toMatchObject({ verdict: 'failed', message: expect.stringContaining('within 2500 ms') });
    expect(leg?.ms).toBeLessThan(3_000);
  });

  it('that is cut', async () => {
    stack.route53.faults.add({ kind: 'reset' });
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'route53-api')[0]).toMatchObject({
      verdict: 'failed',
      message: 'The connection to the Route 53 API was cut (ECONNRESET).',
    });
  });

  it('without credentials', async () => {
    const report = await runDoctorOn(
      stack,
      {},
      {
        route53: { endpoint: stack.route53.url, credentials: () => Promise.reject(new Error('none found')) },
      },
    );
    expect(verdictsOf(report)).toMatchObject({
      'aws-credentials': 'failed',
      ...allSkipped(['route53-api', 'route53-credentials', ...OF_A_ZONE]),
    });
    expect(legsOf(report, 'aws-credentials')[0]?.message).toContain('none found');
  });
});

/** Denies a batch that has such a change. */
const denied = (isDenied: (change: Change) => boolean): Fault => ({
  ...{ kind: 'access-denied', operation: 'ChangeResourceRecordSets' },
  when: ({ changes }) => changes?.some(isDenied) ?? false,
});

describe('rights', () => {
  it.each<[string, Parameters<Stack['route53']['faults']['add']>[0], object, LegName, RegExp]>([
    [
      'to read the zone',
      { kind: 'access-denied', operation: 'GetHostedZone' },
      { 'route53-credentials': 'ok', 'route53-zone': 'failed', 'route53-change': 'skipped' },
      'route53-zone',
      /route53:GetHostedZone/,
    ],
    [
      'to list',
      { kind: 'access-denied', operation: 'ListResourceRecordSets' },
      { 'route53-list': 'failed', 'record-conflict': 'skipped', 'route53-change': 'ok' },
      'route53-list',
      /route53:ListResourceRecordSets/,
    ],
    [
      'to change',
      { kind: 'access-denied', operation: 'ChangeResourceRecordSets' },
      { 'route53-list': 'ok', 'route53-change': 'failed' },
      'route53-change',
      /route53:ChangeResourceRecordSets .* for the names rdsproxy\.corp\.internal and _consul-route53-updater\.corp\.internal/,
    ],
    [
      'to change AAAA records',
      denied(({ recordSet }) => recordSet.type === 'AAAA'),
      { 'route53-change': 'warning' },
      'route53-change',
      /types A, AAAA and TXT/,
    ],
    [
      'to note who keeps a name',
      denied(({ recordSet }) => recordSet.type === 'TXT' && recordSet.name.startsWith('rdsproxy.')),
      { 'route53-change': 'failed' },
      'route53-change',
      /types A, AAAA and TXT/,
    ],
    [
      'to write the revision',
      denied(({ recordSet }) => recordSet.name.startsWith('_consul-route53-updater.corp.internal')),
      { 'route53-change': 'failed' },
      'route53-change',
      /_consul-route53-updater\.corp\.internal/,
    ],
    [
      'to create',
      denied(({ action }) => action === 'CREATE'),
      { 'route53-change': 'failed' },
      'route53-change',
      /actions CREATE, UPSERT and DELETE/,
    ],
    [
      'to ask what became of a change, which stops nothing',
      { kind: 'access-denied', operation: 'GetChange' },
      { 'route53-change': 'ok', 'route53-get-change': 'warning' },
      'route53-get-change',
      /^Give the role route53:GetChange on arn:aws:route53:::change\/\*\.$/,
    ],
    [
      'not told, as Route 53 throttles',
      { kind: 'throttling', operation: 'ListResourceRecordSets' },
      { 'route53-list': 'warning', 'record-conflict': 'skipped' },
      'route53-list',
      /limits the API requests/,
    ],
  ])('%s', async (_, fault, verdicts, leg, remedy) => {
    stack.route53.faults.add(fault);
    const report = await runDoctorOn(stack);
    expect(verdictsOf(report)).toMatchObject(verdicts);
    expect(legsOf(report, leg)[0]?.remedy).toMatch(remedy);
  });

  it('that were enough before there were registry records are told of as what is missing now', async () => {
    stack.route53.faults.add(
      denied(({ action, recordSet }) => action === 'CREATE' || recordSet.type === 'TXT'),
    );
    const [leg] = legsOf(await runDoctorOn(stack), 'route53-change');
    expect(leg).toMatchObject({
      verdict: 'failed',
      message: expect.stringMatching(
        /^The role may change the A records of rdsproxy\.corp\.internal, but not what is noted of them: TXT at rdsproxy\.corp\.internal and at _consul-route53-updater\.corp\.internal/,
      ),
    });
  });

  it.each<[string, FaultKind, RegExp]>([
    ['a rejection for another fault proves the right too', 'invalid-change-batch', /The role may change/],
  ])('%s', async (_, kind, message) => {
    stack.route53.faults.add({ kind, operation: 'ChangeResourceRecordSets' });
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'route53-change')[0]).toMatchObject({
      verdict: 'ok',
      message: expect.stringMatching(message),
    });
  });
});
