import { beforeEach, describe, expect, it } from 'vitest';
import type { LegName } from '../../src/doctor/finding.ts';
import { NAME, type Stack } from '../support/stack.ts';
import { allSkipped, examinedStack, legsOf, OF_A_ZONE, runDoctorOn, verdictsOf } from './support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await examinedStack();
});

describe('the zone', () => {
  it('that does not exist', async () => {
    const report = await runDoctorOn(stack, { HOSTED_ZONE_ID: 'Z0MISSING' });
    expect(verdictsOf(report)).toMatchObject({
      'route53-api': 'ok',
      'route53-credentials': 'ok',
      'route53-zone': 'failed',
      ...allSkipped(OF_A_ZONE.slice(1)),
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
    const report = await runDoctorOn(stack, { ...env }, { resolver: { primaryNameServer } });
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

  const registry = (owner: string) =>
    stack.zone.put({
      ...{ name: NAME, type: 'TXT', ttl: 60, multiValueAnswer: true },
      setIdentifier: 'consul-route53-updater',
      values: [`"heritage=consul-route53-updater,owner=${owner},service=reports"`],
    });

  it('the registry record of another owner', async () => {
    registry('other-prod');
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'record-conflict')).toMatchObject([
      {
        verdict: 'failed',
        message: `${NAME} is kept by the owner "other-prod", for its service "reports".`,
        remedy: expect.stringContaining('onConflict'),
      },
    ]);
  });

  it('the registry record of another owner, beside a conflict, where both are to be replaced', async () => {
    registry('other-prod');
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name: NAME, onConflict: 'replace' }]);
    const [alone] = legsOf(await runDoctorOn(stack, { RECORDS }), 'record-conflict');
    expect(alone).toMatchObject({
      verdict: 'warning',
      message: `${NAME} is kept by the owner "other-prod", for its service "reports" and will be taken over.`,
    });
    stack.zone.put(someoneElses);
    const [both] = legsOf(await runDoctorOn(stack, { RECORDS }), 'record-conflict');
    expect(both).toMatchObject({
      verdict: 'warning',
      message: expect.stringMatching(/will be taken over\. .* and will be replaced\.$/),
    });
  });

  it('our own registry record', async () => {
    registry('updater-dev');
    const OWNER_ID = 'updater-dev';
    expect(verdictsOf(await runDoctorOn(stack, { OWNER_ID }))['record-conflict']).toBe('ok');
  });

  it('a record set protection', async () => {
    stack.zone.protect(NAME, 'A', 'frozen');
    const report = await runDoctorOn(stack);
    expect(legsOf(report, 'route53-change')).toMatchObject([
      { verdict: 'warning', message: expect.stringContaining('record set protection') },
    ]);
  });
});
