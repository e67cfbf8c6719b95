import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StsServer, startSts } from '../../../emulators/sts/server.ts';
import { type Credentials, signQuery } from '../../support/aws-signature.ts';
import { type Answer, element, keys, send, USER } from './support.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const ROLE = 'arn:aws:iam::444455556666:role/dns/writer';
const SESSION = 'arn:aws:sts::444455556666:assumed-role/writer/updater';
let sts: StsServer;
let now: number;
beforeEach(async () => {
  now = NOW;
  const roles = [{ arn: ROLE, trusts: [USER.principal.arn], externalId: 'agreed-on' }];
  sts = await startSts({ keys: keys(), roles, now: () => now });
});
afterEach(() => sts.close());

async function call(parameters: Record<string, string>, credentials: Credentials = USER): Promise<Answer> {
  return send(sts.url, await signQuery(parameters, credentials, { origin: sts.url, at: new Date(now) }));
}

const assume = (own: Record<string, string> = {}, credentials?: Credentials) =>
  call(
    { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'updater', ExternalId: 'agreed-on', ...own },
    credentials,
  );

function credentialsOf(answer: Answer): Credentials {
  const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
  ].map((name) => element(answer, name));
  return { accessKeyId, secretAccessKey, sessionToken };
}

const said = (answer: Answer) => [answer.status, element(answer, 'Code'), element(answer, 'Message')];

describe('GetCallerIdentity', () => {
  it('tells whose access key signed', async () => {
    const answer = await call({ Action: 'GetCallerIdentity' });
    expect(answer).toMatchObject({ status: 200, type: 'text/xml' });
    expect(answer.text).toMatch(
      /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/,
    );
    expect(['Arn', 'UserId', 'Account'].map((name) => element(answer, name))).toEqual([
      USER.principal.arn,
      USER.principal.userId,
      USER.principal.account,
    ]);
  });

  it('is kept, with who asked and which headers came', async () => {
    await call({ Action: 'GetCallerIdentity' });
    await call({ Action: 'GetCallerIdentity' }, { ...USER, secretAccessKey: 'other' });
    expect(sts.requests).toMatchObject([
      {
        operation: 'GetCallerIdentity',
        caller: USER.principal.arn,
        headers: { host: new URL(sts.url).host },
      },
      { operation: 'GetCallerIdentity', error: 'SignatureDoesNotMatch' },
    ]);
    expect(sts.requests.map((each) => 'caller' in each)).toEqual([true, false]);
  });
});

describe('AssumeRole', () => {
  it('gives credentials that say whose they are, for an hour unless asked otherwise', async () => {
    const answer = await assume();
    expect(answer.status).toBe(200);
    expect(element(answer, 'Arn')).toBe(SESSION);
    expect(element(answer, 'AssumedRoleId')).toMatch(/^AROA[0-9A-F]{17}:updater$/);
    expect(element(answer, 'Expiration')).toBe('2026-01-02T04:04:05.000Z');
    const credentials = credentialsOf(answer);
    const identity = await call({ Action: 'GetCallerIdentity' }, credentials);
    expect([element(identity, 'Arn'), element(identity, 'Account')]).toEqual([SESSION, '444455556666']);

    now = NOW + 3_600_000;
    expect(said(await call({ Action: 'GetCallerIdentity' }, credentials))).toEqual([
      403,
      'ExpiredToken',
      'The security token included in the request is expired',
    ]);
    expect(element(await assume({ DurationSeconds: '900' }), 'Expiration')).toBe('2026-01-02T04:19:05.000Z');
  });

  it('gives shorter-lived ones where the test wants it', async () => {
    const brief = await startSts({ keys: sts.keys, roles: [{ arn: ROLE }], lifetimeMs: 250, now: () => now });
    const parameters = { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'updater' };
    const signed = await signQuery(parameters, USER, { origin: brief.url, at: new Date(now) });
    expect(element(await send(brief.url, signed), 'Expiration')).toBe('2026-01-02T03:04:05.250Z');
    await brief.close();
  });

  const denied = (arn: string) => [
    403,
    'AccessDenied',
    `User: ${USER.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
  ];

  it('answers alike a wrong external ID, a missing one, and a role that is not there', async () => {
    expect(said(await assume({ ExternalId: 'wrong' }))).toEqual(denied(ROLE));
    const parameters = { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'updater' };
    expect(said(await call(parameters))).toEqual(denied(ROLE));
    const missing = 'arn:aws:iam::444455556666:role/missing';
    expect(said(await assume({ RoleArn: missing }))).toEqual(denied(missing));
    expect(sts.requests.map(({ operation, error }) => [operation, error])).toEqual(
      new Array(3).fill(['AssumeRole', 'AccessDenied']),
    );
  });

  it('trusts the sessions of a role by the role’s ARN, and nobody else', async () => {
    const session = credentialsOf(await assume());
    expect(await assume({}, session)).toMatchObject({ status: 403 });
    sts.roles.set(ROLE, {
      arn: ROLE,
      trusts: ['arn:aws:iam::444455556666:role/writer'],
      maxSessionSeconds: 7_200,
    });
    expect(await assume({}, session)).toMatchObject({ status: 200 });
    const chained = await assume({ DurationSeconds: '3601' }, session);
    expect(said(chained)).toEqual([400, 'ValidationError', expect.stringContaining('role chaining')]);
  });

  it.each([
    [{ RoleSessionName: 'has blank' }, /roleSessionName/],
    [{ RoleSessionName: 'x' }, /roleSessionName/],
    [{ RoleArn: 'short' }, /roleArn/],
    [{ ExternalId: 'has blank' }, /externalId/],
    [{ DurationSeconds: '899' }, /between 900 and 43200/],
    [{ DurationSeconds: '3601' }, /MaxSessionDuration/],
    [{ Policy: '{}' }, /does not know the parameter Policy/],
  ])('refuses %o', async (own, message) => {
    expect(said(await assume(own))).toEqual([400, 'ValidationError', expect.stringMatching(message)]);
  });
});

it('refuses what it does not know as an operation', async () => {
  expect(said(await call({ Action: 'GetSessionToken' }))).toEqual([
    400,
    'InvalidAction',
    'Could not find operation GetSessionToken for version 2011-06-15',
  ]);
  const old = await call({ Action: 'GetCallerIdentity', Version: '1' });
  expect(said(old).slice(0, 2)).toEqual([400, 'InvalidAction']);
  expect(said(await call({})).slice(0, 2)).toEqual([400, 'MissingAction']);
});
