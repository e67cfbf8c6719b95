import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HostedZone, type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { RecordStoreError } from '../../src/errors.ts';
import { assumedRole, credentialsOf, renewRefused } from '../../src/route53/assumed-role.ts';
import { route53Client } from '../../src/route53/client.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import { type StsFake, startSts } from '../support/sts.ts';

const ARN = 'arn:aws:iam::210987654321:role/route53-updater';
const NAME = 'rdsproxy.corp.internal' as RecordName;
const OWN = { accessKeyId: 'AKIDOWN', secretAccessKey: 'planted-own' };
const signal = new AbortController().signal;

let sts: StsFake;
let route53: Route53Server;
let zone: HostedZone;
let now: number;
beforeEach(async () => {
  [sts, route53] = await Promise.all([startSts(), startRoute53()]);
  zone = route53.zones.create({ name: 'corp.internal', private: true });
  now = Date.now();
});
afterEach(async () => void (await Promise.all([sts.close(), route53.close()])));

/** A store whose client assumes the role, and the role. */
function asRole(own: { externalId?: string; region?: string; endpoint?: string; timeout?: number } = {}) {
  const { externalId, region = 'eu-west-1', endpoint = sts.url, timeout = 1_000 } = own;
  const role = assumedRole(
    { arn: ARN, region, ...(externalId !== undefined && { externalId }) },
    { credentials: OWN, endpoint },
    () => now,
    { timeout, attempts: 2 },
  );
  const client = renewRefused(
    route53Client({ endpoint: route53.url, credentials: credentialsOf(role) }, { timeout: 1_000 }),
    role,
  );
  return { role, store: route53RecordStore(client, zone.id) };
}

const caught = (error: unknown) => {
  if (error instanceof RecordStoreError) return error;
  throw error;
};
const signers = () => route53.requests.map(({ accessKeyId }) => accessKeyId);

describe('a role', () => {
  it('is assumed once for requests side by side, in the name of the function, for its Region', async () => {
    const { store } = asRole();
    await Promise.all([store.zone(signal), store.read([NAME], signal), store.read([NAME], signal)]);
    expect(sts.requests).toEqual([
      {
        action: 'AssumeRole',
        roleArn: ARN,
        sessionName: 'consul-route53-updater',
        externalId: null,
        accessKeyId: 'AKIDOWN',
        region: 'eu-west-1',
      },
    ]);
    expect(new Set(signers())).toEqual(new Set(['ASIASESSION1']));
  });

  it('is assumed with its external ID', async () => {
    await asRole({ externalId: 'planted-id' }).store.zone(signal);
    expect(sts.requests.map(({ externalId }) => externalId)).toEqual(['planted-id']);
  });

  it('is assumed anew before its session ends, and the request does not wait for it', async () => {
    const { store } = asRole();
    await store.read([NAME], signal);
    sts.duration = 7_200;
    now += 56 * 60_000;
    await store.read([NAME], signal);
    expect(signers()).toEqual(['ASIASESSION1', 'ASIASESSION1']);
    await expect.poll(() => sts.requests.length).toBe(2);
    now += 3 * 60_000;
    await expect
      .poll(async () => {
        await store.read([NAME], signal);
        return signers().at(-1);
      })
      .toBe('ASIASESSION2');
  });

  it('is assumed anew after its session has ended', async () => {
    const { store } = asRole();
    await store.read([NAME], signal);
    sts.duration = 7_200;
    now += 61 * 60_000;
    await store.read([NAME], signal);
    expect(signers()).toEqual(['ASIASESSION1', 'ASIASESSION2']);
  });
});

describe('a session that Route 53 refuses', () => {
  it.each(['expired-token', 'access-denied'] as const)('for %s is begun anew, once', async (kind) => {
    const { store } = asRole();
    await store.zone(signal);
    route53.faults.add({ kind, when: ({ accessKeyId }) => accessKeyId === 'ASIASESSION1' });
    now += 2 * 60_000;
    await Promise.all([store.read([NAME], signal), store.read([NAME], signal)]);
    expect(sts.requests).toHaveLength(2);
  });

  it('for good is not begun anew for every request', async () => {
    const { store } = asRole();
    await store.zone(signal);
    route53.faults.add({ kind: 'access-denied' });
    now += 2 * 60_000;
    for (let turn = 0; turn < 3; turn++) {
      const error = await store.read([NAME], signal).catch(caught);
      expect(error).toMatchObject({ reason: 'access-denied' });
    }
    expect(sts.requests).toHaveLength(2);
  });

  it('is still told of as such where the role cannot be assumed any more', async () => {
    const { store } = asRole();
    await store.zone(signal);
    route53.faults.add({ kind: 'expired-token' });
    sts.answer = { code: 'AccessDenied', message: 'no' };
    now += 2 * 60_000;
    expect(await store.read([NAME], signal).catch(caught)).toMatchObject({ reason: 'access-denied' });
  });
});

describe('a role that cannot be assumed', () => {
  const denied = {
    code: 'AccessDenied',
    message: `User: arn:aws:sts::123456789012:assumed-role/updater/update is not authorized to perform: sts:AssumeRole on resource: ${ARN}`,
  };

  it.each<[string, StsFake['answer'], RegExp]>([
    ['denied', denied, /AccessDenied: User: \S+ is not authorized to perform: sts:AssumeRole on/],
    ['malformed', { code: 'ValidationError', message: 'bad', status: 400 }, /ValidationError: bad/],
    ['unanswered', 'hang', /TimeoutError/],
  ])('is a fault of its own: %s', async (_, answer, says) => {
    sts.answer = answer;
    const error = await asRole({ timeout: 100 }).store.read([NAME], signal).catch(caught);
    expect(error).toMatchObject({ reason: 'role-not-assumed' });
    expect((error as RecordStoreError).message).toMatch(
      new RegExp(`^listing the records of .* failed: the role ${ARN} could not be assumed: `),
    );
    expect((error as RecordStoreError).message).toMatch(says);
    expect(route53.requests).toEqual([]);
  });

  it('is one as well where nobody listens', async () => {
    const endpoint = sts.url;
    await sts.close();
    const error = await asRole({ endpoint }).store.read([NAME], signal).catch(caught);
    expect(error).toMatchObject({
      reason: 'role-not-assumed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('tells nothing of the external ID, though STS does', async () => {
    sts.answer = {
      ...{ code: 'ValidationError', status: 400 },
      message: "Value 'planted-id' at 'externalId' failed to satisfy constraint",
    };
    const error = await asRole({ externalId: 'planted-id' }).store.read([NAME], signal).catch(caught);
    expect((error as RecordStoreError).message).toContain("Value '[external ID]' at");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('planted');
  });

  it('is assumed as soon as it can be', async () => {
    const { store } = asRole();
    sts.answer = denied;
    expect(await store.read([NAME], signal).catch(caught)).toMatchObject({ reason: 'role-not-assumed' });
    sts.answer = undefined;
    expect(await store.read([NAME], signal)).toEqual(new Map([[NAME, []]]));
  });

  it('is not the one to blame where there are no credentials to ask with', async () => {
    const none = Object.assign(new Error('none found'), { name: 'CredentialsProviderError' });
    const role = assumedRole(
      { arn: ARN, region: 'eu-west-1' },
      { endpoint: sts.url, credentials: () => Promise.reject(none) },
      () => now,
    );
    const client = route53Client({ endpoint: route53.url, credentials: credentialsOf(role) });
    const store = route53RecordStore(client, zone.id);
    expect(await store.zone(signal).catch(caught)).toMatchObject({ reason: 'access-denied' });
  });
});
