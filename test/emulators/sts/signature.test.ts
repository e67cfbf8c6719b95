import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StsServer, startSts } from '../../../emulators/sts/server.ts';
import { type Credentials, type Signed, signQuery } from '../../support/aws-signature.ts';
import { element, keys, send, USER } from './support.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const MINUTE = 60_000;
let sts: StsServer;
beforeEach(async () => {
  sts = await startSts({ keys: keys(), now: () => NOW });
});
afterEach(() => sts.close());

type Sending = Partial<Parameters<typeof signQuery>[2]>;

function sign(own: Sending = {}, credentials: Credentials = USER): Promise<Signed> {
  const sending = { origin: sts.url, at: new Date(NOW), ...own };
  return signQuery({ Action: 'GetCallerIdentity' }, credentials, sending);
}

async function answerTo(signed: Signed): Promise<[status: number, code: string | undefined]> {
  const answer = await send(sts.url, signed);
  expect(answer.type).toBe('text/xml');
  return [answer.status, element(answer, 'Code')];
}

const without = (signed: Signed, name: string): Signed => ({
  ...signed,
  headers: Object.fromEntries(Object.entries(signed.headers).filter(([each]) => each !== name)),
});
const withHeaders = (signed: Signed, headers: Record<string, string>): Signed => ({
  ...signed,
  headers: { ...signed.headers, ...headers },
});

const OK = [200, undefined];
const MISMATCH = [403, 'SignatureDoesNotMatch'];

describe('a signature is good', () => {
  it('when the secret, the host and all that was signed are what arrived', async () => {
    expect(await answerTo(await sign())).toEqual(OK);
    expect(await answerTo(await sign({ headers: { 'X-Consul-IAM-ServerID': 'consul.corp' } }))).toEqual(OK);
  });

  it('with AWS’s own host in place of the address, in the region of that host', async () => {
    const regional = 'https://sts.eu-west-1.amazonaws.com';
    expect(await answerTo(await sign({ origin: regional }))).toEqual(OK);
    expect(await answerTo(await sign({ origin: regional, region: 'us-east-1' }))).toEqual(MISMATCH);
    const global = 'https://sts.amazonaws.com';
    expect(await answerTo(await sign({ origin: global, region: 'us-east-1' }))).toEqual(OK);
    expect(await answerTo(await sign({ origin: global }))).toEqual(MISMATCH);
  });

  it('for fifteen minutes, before and after', async () => {
    for (const [minutes, expected] of [
      [-15, OK],
      [15, OK],
      [-15.1, MISMATCH],
      [15.1, MISMATCH],
    ] as const)
      expect(await answerTo(await sign({ at: new Date(NOW + minutes * MINUTE) }))).toEqual(expected);
    const late = await send(sts.url, await sign({ at: new Date(NOW - 20 * MINUTE) }));
    expect(element(late, 'Message')).toBe(
      'Signature expired: 20260102T024405Z is now earlier than 20260102T024905Z (20260102T030405Z - 15 min.)',
    );
  });
});

describe('a signature is refused', () => {
  const OTHER_SECRET = { accessKeyId: USER.accessKeyId, secretAccessKey: 'not-the-secret' };
  const OTHER_KEY = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: USER.secretAccessKey };

  it.each<[what: string, change: (signed: Signed) => Signed]>([
    ['another body', (signed) => ({ ...signed, body: `${signed.body}&X=1` })],
    ['another method', (signed) => ({ ...signed, method: 'PUT' })],
    ['another date', (signed) => withHeaders(signed, { 'x-amz-date': '20260102T030406Z' })],
    ['another host', (signed) => withHeaders(signed, { host: 'sts.eu-west-2.amazonaws.com' })],
    ['another signed header', (signed) => withHeaders(signed, { 'X-Consul-IAM-ServerID': 'other' })],
    ['a signed header lost', (signed) => without(signed, 'X-Consul-IAM-ServerID')],
    ['one of AWS’s headers added', (signed) => withHeaders(signed, { 'x-amz-target': 'X' })],
  ])('for %s', async (_, change) => {
    const signed = await sign({ headers: { 'X-Consul-IAM-ServerID': 'consul.corp' } });
    expect(await answerTo(change(signed))).toEqual(MISMATCH);
  });

  it('for another secret, and for a key that nobody has', async () => {
    expect(await answerTo(await sign({}, OTHER_SECRET))).toEqual(MISMATCH);
    expect(await answerTo(await sign({}, OTHER_KEY))).toEqual([403, 'InvalidClientTokenId']);
    sts.keys.remove(USER.accessKeyId);
    expect(await answerTo(await sign())).toEqual([403, 'InvalidClientTokenId']);
  });

  it('for another service', async () => {
    expect(await answerTo(await sign({ service: 'route53' }))).toEqual(MISMATCH);
  });

  it('where there is none, half of one, or no date', async () => {
    const signed = await sign();
    expect(await answerTo(without(signed, 'authorization'))).toEqual([403, 'MissingAuthenticationToken']);
    const half = (signed.headers['authorization'] ?? '').replace(/, Signature=.*/, '');
    expect(await answerTo(withHeaders(signed, { authorization: half }))).toEqual([
      403,
      'IncompleteSignature',
    ]);
    expect(await answerTo(without(signed, 'x-amz-date'))).toEqual(MISMATCH);
    const broken = withHeaders(signed, { 'x-amz-date': '20269902T030405Z' });
    expect(await answerTo(broken)).toEqual([403, 'IncompleteSignature']);
  });

  it('for temporary credentials without their token, with another, or at their end', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = sts.keys.issue(USER.principal, NOW + 1);
    const withToken = (token?: string) =>
      sign({}, { accessKeyId, secretAccessKey, ...(token !== undefined && { sessionToken: token }) });
    expect(await answerTo(await withToken(sessionToken))).toEqual(OK);
    expect(await answerTo(await withToken())).toEqual([403, 'InvalidClientTokenId']);
    expect(await answerTo(await withToken('other'))).toEqual([403, 'InvalidClientTokenId']);
    const ended = sts.keys.issue(USER.principal, NOW);
    expect(await answerTo(await sign({}, ended))).toEqual([403, 'ExpiredToken']);
  });
});
