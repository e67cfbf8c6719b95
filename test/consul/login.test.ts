import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessKeys } from '../../emulators/aws/access-keys.ts';
import { startSts } from '../../emulators/sts/server.ts';
import { signCallerIdentity } from '../../src/aws/caller-identity.ts';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import type { SignCallerIdentity } from '../../src/ports.ts';
import { openAccess } from '../support/access.ts';
import { startHttpServer, type WireAnswer, type WireRequest } from '../support/http-server.ts';

const signal = new AbortController().signal;
const SERVER_ID = 'consul.corp.internal';
const TOKEN = 'f0e1d2c3-token-of-the-login';
const IDENTITY = { by: 'aws-iam', authMethod: 'aws', serverId: SERVER_ID, region: 'eu-west-1' } as const;

interface Bearer {
  iam_http_request_method: string;
  iam_request_url: string;
  iam_request_headers: string;
  iam_request_body: string;
}

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();

/** Sends a request under another host's name, as Consul does, which `fetch` cannot. */
async function post(url: string, headers: Record<string, string>, body: string) {
  const sending = request(url, { method: 'POST', headers }).end(body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return { status: response.statusCode, said: await text(response) };
}

/**
 * A Consul with an auth method of the type aws-iam, written from the documentation and from what a real one was seen to
 * do: it asks STS with the request that it is given, if that is for STS and signs the server ID.
 */
async function startConsul(own: (asked: WireRequest) => WireAnswer | undefined = () => undefined) {
  const keys = new AccessKeys();
  const sts = await startSts({ keys });
  onTestFinished(() => sts.close());
  const role = 'arn:aws:sts::111122223333:assumed-role/updater/session';
  const principal = { arn: role, userId: 'AROAEXAMPLE:session', account: '111122223333' };
  const credentials = keys.issue(principal, Date.now() + 3_600_000);

  async function logIn({ body }: WireRequest): Promise<WireAnswer> {
    const { AuthMethod, BearerToken } = JSON.parse(body) as Record<string, string>;
    const bearer = JSON.parse(BearerToken ?? '') as Bearer;
    const headers = JSON.parse(decoded(bearer.iam_request_headers)) as Record<string, string[]>;
    const authorization = headers['Authorization']?.[0] ?? '';
    if (AuthMethod !== 'aws') return { status: 403, body: 'ACL not found: auth method not found' };
    if (bearer.iam_http_request_method !== 'POST') return { status: 500, body: 'must be POST' };
    if (!/^https:\/\/sts\.[a-z0-9-]+\.amazonaws\.com\/$/.test(decoded(bearer.iam_request_url)))
      return { status: 500, body: 'invalid URL' };
    if (headers['X-Consul-Iam-Serverid']?.[0] !== SERVER_ID) return { status: 500, body: 'wrong server ID' };
    if (!/SignedHeaders=[^,]*x-consul-iam-serverid/.test(authorization))
      return { status: 500, body: "header wasn't signed" };
    const { host } = new URL(decoded(bearer.iam_request_url));
    const flat = Object.entries(headers).map(([name, [value]]) => [name, value ?? '']);
    const answer = await post(
      sts.url,
      { ...Object.fromEntries(flat), host },
      decoded(bearer.iam_request_body),
    );
    if (answer.status !== 200)
      return { status: 500, body: `received error code ${answer.status}: ${answer.said}` };
    const ExpirationTime = new Date(Date.now() + 60_000).toISOString();
    return answer.said.includes(role)
      ? { body: { SecretID: TOKEN, ExpirationTime } }
      : { status: 500, body: answer.said };
  }

  const server = await startHttpServer(async (asked) => {
    const answer = own(asked);
    if (answer) return answer;
    if (asked.path === '/v1/acl/login') return logIn(asked);
    if (asked.path === '/v1/acl/logout') return { body: true };
    if (asked.headers['x-consul-token'] !== TOKEN) return { status: 403, body: 'ACL not found' };
    return { body: [], headers: { 'x-consul-index': '7', 'x-consul-default-acl-policy': 'deny' } };
  });
  return { ...server, credentials, sts };
}

type Started = Awaited<ReturnType<typeof startConsul>>;

function open({ url, credentials }: Started, identity: object = {}, sign?: SignCallerIdentity) {
  const access = openAccess(
    { addresses: [url], identity: { ...IDENTITY, ...identity } },
    { signCallerIdentity: sign ?? ((options) => signCallerIdentity(options, credentials)) },
  );
  const source = consulHealthSource(access);
  return { access, read: () => source.read({ service: 'rdsproxy' }, signal) };
}

const paths = ({ requests }: Started) => requests.map(({ path }) => path);

describe('a login at a stand-in of Consul, whose STS checks the signature', () => {
  it('gives the token that the reads carry, once for all of them', async () => {
    const consul = await startConsul();
    const { read } = open(consul);
    await Promise.all([read(), read()]);
    await read();
    expect(paths(consul).filter((path) => path === '/v1/acl/login')).toHaveLength(1);
    expect(consul.sts.requests).toMatchObject([
      { operation: 'GetCallerIdentity', headers: { 'x-consul-iam-serverid': SERVER_ID } },
    ]);
    const [login] = consul.requests;
    expect(login?.headers).not.toHaveProperty('x-consul-token');
    // The secret key stays here; what is signed can only ask who signed it.
    expect(login?.body).not.toContain(consul.credentials.secretAccessKey);
  });

  it('is ended when the access is closed, and not without one', async () => {
    const consul = await startConsul();
    const { access, read } = open(consul);
    await access.close();
    expect(paths(consul)).toEqual([]);
    await read();
    await access.close();
    expect(consul.requests.at(-1)).toMatchObject({
      ...{ method: 'POST', path: '/v1/acl/logout', headers: { 'x-consul-token': TOKEN } },
    });
  });

  it('goes to the namespace and partition of the auth method', async () => {
    const consul = await startConsul();
    const access = openAccess(
      { addresses: [consul.url], identity: IDENTITY, namespace: 'databases', partition: 'production' },
      { signCallerIdentity: (options) => signCallerIdentity(options, consul.credentials) },
    );
    await access.tokens.current(signal);
    expect(consul.requests[0]).toMatchObject({
      query: { partition: 'production' },
      headers: { 'x-consul-namespace': 'databases' },
    });
  });

  it.each<[string, object, RegExp]>([
    [
      'another server ID',
      { serverId: 'other' },
      /refused the login by the auth method "aws" \(HTTP 500: wrong server ID\)/,
    ],
    [
      'an auth method that is not there',
      { authMethod: 'none' },
      /"none" \(HTTP 403: ACL not found: auth method not found\)/,
    ],
  ])('fails for %s, and says so', async (_, identity, message) => {
    const { read } = open(await startConsul(), identity);
    await expect(read()).rejects.toMatchObject({
      hold: { reason: 'login-failed' },
      message: expect.stringMatching(message),
    });
  });

  it('fails for credentials that STS does not know', async () => {
    const consul = await startConsul();
    const credentials = { ...consul.credentials, secretAccessKey: 'planted-s3cret' };
    const { read } = open(consul, {}, (options) => signCallerIdentity(options, credentials));
    const error: unknown = await read().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      hold: { reason: 'login-failed' },
      message: expect.stringContaining('HTTP 500'),
    });
    expect((error as Error).message).not.toContain('planted');
  });

  it('fails where there are no credentials to sign with', async () => {
    const consul = await startConsul();
    const { read } = open(consul, {}, () => Promise.reject(new Error('no credentials')));
    await expect(read()).rejects.toMatchObject({
      hold: { reason: 'login-failed' },
      message: 'the request that proves the role could not be signed: no credentials',
    });
    expect(paths(consul)).toEqual([]);
  });

  it('fails for an answer without a token', async () => {
    const consul = await startConsul(() => ({ body: { secret: 'planted-t0ken' } }));
    const error: unknown = await open(consul)
      .read()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      hold: { reason: 'login-failed' },
      message: expect.stringMatching(/holds no token$/),
    });
  });

  it('is made anew when Consul refuses the token of an earlier one', async () => {
    let refused = false;
    const consul = await startConsul(({ path }) =>
      refused && path.startsWith('/v1/health') ? { status: 403, body: 'ACL not found' } : undefined,
    );
    let time = Date.now();
    const access = openAccess(
      { addresses: [consul.url], identity: IDENTITY },
      { signCallerIdentity: (options) => signCallerIdentity(options, consul.credentials), now: () => time },
    );
    const read = () => consulHealthSource(access).read({ service: 'rdsproxy' }, signal);
    await read();
    refused = true;
    time += 2_000;
    await expect(read()).rejects.toMatchObject({ hold: { reason: 'source-denied' } });
    expect(paths(consul).filter((path) => path === '/v1/acl/login')).toHaveLength(2);
  });

  it('is made a few times in a window where each new token is refused, and then once a minute', async () => {
    let count = 0;
    const consul = await startConsul(({ path }) =>
      path === '/v1/acl/login'
        ? { body: { SecretID: `token-${++count}` } }
        : { status: 403, body: 'Permission denied' },
    );
    let time = Date.now();
    const access = openAccess(
      { addresses: [consul.url], identity: IDENTITY },
      { signCallerIdentity: (options) => signCallerIdentity(options, consul.credentials), now: () => time },
    );
    const source = consulHealthSource(access, { timeout: 30_000 });
    const made: number[] = [];
    for (let second = 0; second < 240; second++) {
      const before = count;
      await expect(source.read({ service: 'rdsproxy' }, signal)).rejects.toMatchObject({
        hold: { reason: 'source-denied', cause: 'permission-denied' },
      });
      if (count > before) made.push(second);
      time += 1_000;
    }
    expect(made).toEqual([0, 2, 10, 42, 102, 162, 222]);
  });
});
