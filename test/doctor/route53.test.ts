import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../emulators/route53/server.ts';
import type { LegName } from '../../src/doctor/finding.ts';
import { context, NAME, type Stack, startStack } from '../support/stack.ts';
import { legsOf, runDoctorOn, verdictsOf } from './support.ts';

let stack: Stack;
let accepted: number;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
  accepted = 0;
  stack.route53.onChange(() => {
    accepted++;
  });
});
afterEach(async () => {
  expect(accepted, 'the doctor changed a record').toBe(0);
  await stack.close();
});

const LATER: readonly LegName[] = [
  'route53-zone',
  'route53-vpc',
  'route53-list',
  'record-name',
  'route53-change',
];
const allSkipped = (legs: readonly LegName[]) => Object.fromEntries(legs.map((leg) => [leg, 'skipped']));

describe('where all is well', () => {
  it('every leg is, and the result says so', async () => {
    const before = stack.zone.recordSets();
    const report = await runDoctorOn(stack);
    expect(report).toMatchObject({ action: 'doctor', outcome: 'ok' });
    expect(report.legs.filter(({ verdict }) => verdict !== 'ok').map(({ leg }) => leg)).toEqual([
      'route53-vpc',
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
    expect(tries[0]?.changes?.map(({ action, recordSet }) => [action, recordSet.type])).toEqual([
      ['DELETE', 'A'],
      ['DELETE', 'AAAA'],
      ['UPSERT', 'A'],
      ['UPSERT', 'AAAA'],
    ]);
    for (const { recordSet } of tries[0]?.changes ?? []) {
      expect(recordSet.setIdentifier).toMatch(/^consul\/rdsproxy\//);
      expect(recordSet.name).toBe(`${NAME}.`);
    }
    for (const { recordSet } of tries[0]?.changes?.slice(2) ?? [])
      expect(recordSet.healthCheckId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the way to Route 53', () => {
  it('that hangs is told of as the missing NAT gateway or endpoint, in time', async () => {
    stack.route53.faults.add({ kind: 'hang' });
    const report = await runDoctorOn(stack, {}, { limits: { consul: 5_000, route53: 400 } });
    expect(verdictsOf(report)).toMatchObject({
      'aws-credentials': 'ok',
      'route53-api': 'failed',
      ...allSkipped(['route53-credentials', ...LATER, 'record-conflict']),
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
      ...allSkipped(['route53-api', 'route53-credentials', ...LATER]),
    });
    expect(legsOf(report, 'aws-credentials')[0]?.message).toContain('none found');
  });
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
      /route53:ChangeResourceRecordSets/,
    ],
    [
      'to change AAAA records',
      {
        kind: 'access-denied',
        operation: 'ChangeResourceRecordSets',
        when: ({ changes }) => changes?.some(({ recordSet }) => recordSet.type === 'AAAA') ?? false,
      },
      { 'route53-change': 'warning' },
      'route53-change',
      /types A and AAAA/,
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

describe('the zone', () => {
  it('that does not exist', async () => {
    const report = await runDoctorOn(stack, { HOSTED_ZONE_ID: 'Z0MISSING' });
    expect(verdictsOf(report)).toMatchObject({
      'route53-api': 'ok',
      'route53-credentials': 'ok',
      'route53-zone': 'failed',
      ...allSkipped(LATER.slice(1)),
    });
  });

  it('that is public', async () => {
    const zone = stack.route53.zones.create({ name: 'corp.internal', private: false });
    const report = await runDoctorOn(stack, { HOSTED_ZONE_ID: zone.id });
    expect(verdictsOf(report)).toMatchObject({
      'route53-zone': 'failed',
      'route53-vpc': 'skipped',
      'route53-change': 'skipped',
    });
    expect(stack.route53.requests.map(({ operation }) => operation)).not.toContain(
      'ChangeResourceRecordSets',
    );
  });

  it('that a name is outside of', async () => {
    const RECORDS = JSON.stringify([
      { service: 'rdsproxy', name: NAME },
      { service: 'rdsproxy', name: 'rdsproxy.xcorp.internal' },
    ]);
    const report = await runDoctorOn(stack, { RECORDS });
    const verdicts = (name: LegName) => legsOf(report, name).map(({ verdict }) => verdict);
    expect(verdicts('record-name')).toEqual(['ok', 'failed']);
    expect(verdicts('route53-change')).toEqual(['ok', 'skipped']);
  });
});

describe('the association with the VPC', () => {
  const inLambda = { AWS_LAMBDA_FUNCTION_NAME: 'updater', AWS_REGION: 'us-east-1' };
  const own = () => stack.zone.nameServers[0] ?? '';

  it.each<[string, object, () => Promise<string>, string, RegExp]>([
    ['proven by the resolver', inLambda, async () => own(), 'ok', /the resolver here answers from it/],
    [
      'not seen by the resolver',
      inLambda,
      () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
      'warning',
      /does not know corp\.internal \(ENOTFOUND\)/,
    ],
    ['with another zone of that name', inLambda, async () => 'ns.other.example', 'warning', /from elsewhere/],
    [
      'in another Region',
      { ...inLambda, AWS_REGION: 'eu-west-1' },
      async () => own(),
      'failed',
      /associated with vpc-0123456789abcdef0 \(us-east-1\), and the function runs in eu-west-1/,
    ],
    ['not told in a shell', {}, async () => own(), 'skipped', /only the deployed function can tell/],
  ])('%s', async (_, env, primaryNameServer, verdict, message) => {
    const report = await runDoctorOn(stack, { ...env }, { primaryNameServer });
    expect(legsOf(report, 'route53-vpc')).toMatchObject([
      { verdict, message: expect.stringMatching(message) },
    ]);
  });
});

describe('what is at a name', () => {
  const someoneElses = { name: NAME, type: 'A' as const, ttl: 60, values: ['10.9.9.9'] };

  it('a conflict', async () => {
    stack.zone.put(someoneElses);
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'record-conflict')).toMatchObject([
      {
        verdict: 'failed',
        subject: NAME,
        message: expect.stringContaining('the simple A record set [10.9.9.9]'),
      },
    ]);
    expect(stack.zone.find(NAME, 'A')).toHaveLength(1);
  });

  it('a conflict, also where Consul does not say what should be published', async () => {
    stack.zone.put(someoneElses);
    await stack.consul.setFault({ kind: 'down' });
    const report = await runDoctorOn(stack);
    expect(verdictsOf(report)['record-conflict']).toBe('failed');
  });

  it('a conflict that is to be replaced is a warning', async () => {
    stack.zone.put(someoneElses);
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name: NAME, onConflict: 'replace' }]);
    const report = await runDoctorOn(stack, { RECORDS });
    expect(verdictsOf(report)['record-conflict']).toBe('warning');
  });

  it('a record set protection', async () => {
    stack.zone.protect(NAME, 'A', 'frozen');
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'route53-change')).toMatchObject([
      { verdict: 'warning', message: expect.stringContaining('record set protection') },
    ]);
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
    expect(verdictsOf(report)).toMatchObject({
      settings: 'failed',
      'consul-tcp': 'skipped',
      clock: 'skipped',
    });
    expect(legsOf(report, 'settings')[0]?.details).toHaveLength(2);
    expect(stack.route53.requests).toEqual([]);
    expect(stack.consul.requests.filter(({ method }) => method === 'GET')).toEqual([]);
  });
});
