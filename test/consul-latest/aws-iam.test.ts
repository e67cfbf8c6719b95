import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import { freePorts } from '../../emulators/real-consul/loopback.ts';
import type { Signed } from '../support/aws-signature.ts';
import { openWindow } from '../support/open-window.ts';
import { type Route53Side, startRoute53Side } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { type AwsIamWorld, METHOD, REGION, SERVER_ID, startAwsIam } from './aws-iam.ts';
import { bearerToken, type Login, login, signIdentity } from './login.ts';

let world: AwsIamWorld;
let url: string;
beforeAll(async () => {
  world = await startAwsIam();
  url = world.consul.agents[0]?.url ?? '';
}, 60_000);
afterAll(() => world?.close());

const signed = (...own: [Parameters<typeof signIdentity>[1]?]) => signIdentity(world.credentials(), ...own);

async function secret(): Promise<string> {
  const { said, token } = await login(url, bearerToken(await signed()));
  if (!token) throw new Error(`the login failed: ${said}`);
  return token.SecretID;
}

const readable = async (token: string, at = url) =>
  (await agentApi(at, { token }).health('rdsproxy')).entries.map(({ Service }) => Service.Address);

describe('a login with the function’s role', () => {
  let side: Route53Side;
  const api = () => agentApi(url, { token: world.management });
  beforeEach(async () => {
    side = await startRoute53Side();
    for (const address of ['10.0.1.1', '10.0.1.2']) {
      await api().register({
        ...{ Name: 'rdsproxy', ID: address, Address: address },
        Check: { CheckID: `check-${address}`, TTL: '1h', Status: 'passing' },
      });
    }
    await until(async () => (await api().health('rdsproxy')).entries.length === 2);
  });
  afterEach(async () => {
    for (const address of ['10.0.1.1', '10.0.1.2']) await api().deregister(address);
    await side.close();
  });

  it('gives a token that reads the service and its nodes, at every server, for as long as the method says', async () => {
    const { token } = await login(url, bearerToken(await signed()));
    expect(token).toMatchObject({ AuthMethod: METHOD, Local: true });
    const life = Date.parse(token?.ExpirationTime ?? '') - Date.parse(token?.CreateTime ?? '');
    expect(life).toBe(3_600_000);
    for (const agent of world.consul.agents) {
      const read = () => readable(token?.SecretID ?? '', agent.url).catch(() => undefined);
      expect(await until(read, { what: `the token at ${agent.node}` })).toEqual(['10.0.1.1', '10.0.1.2']);
    }
  });

  it('is asked of STS with the request as it was signed', async () => {
    const before = world.sts.requests.length;
    await secret();
    expect(world.sts.requests.slice(before)).toMatchObject([
      {
        operation: 'GetCallerIdentity',
        caller: 'arn:aws:sts::111122223333:assumed-role/updater/consul-route53-updater',
        headers: { host: `sts.${REGION}.amazonaws.com`, 'x-consul-iam-serverid': SERVER_ID },
      },
    ]);
  });

  it('makes the record follow, in the first pass and in the window', async () => {
    const env = { CONSUL_HTTP_ADDR: url, CONSUL_HTTP_TOKEN: await secret() };
    const window = await openWindow(side, { env });
    expect(side.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    await api().setStatus('check-10.0.1.2', 'critical');
    await until(() => side.published().length === 1, { what: 'the record to follow' });
    await window.end();
    expect(window.lines().map(({ reason }) => reason)).toEqual([undefined, undefined]);
  });

  it('holds the record once the token has been logged out', async () => {
    const token = await secret();
    const handler = side.function({ CONSUL_HTTP_ADDR: url, CONSUL_HTTP_TOKEN: token });
    const window = await openWindow(side, { handler, env: {} });
    await window.end();
    const logout = () =>
      fetch(`${url}/v1/acl/logout`, { method: 'POST', headers: { 'X-Consul-Token': token } }).then(
        async (response) => [response.status, await response.text()],
      );
    expect(await logout()).toEqual([200, 'true']);
    expect(await logout()).toEqual([403, 'ACL not found']);
    const after = await openWindow(side, { handler });
    await after.end();
    expect(after.lines().map(({ reason }) => reason)).toEqual(['source-denied']);
    expect(side.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it('is what Consul’s own command does too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'login-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const sink = join(folder, 'token');
    const { accessKeyId, secretAccessKey, sessionToken } = world.credentials();
    const args = [
      ...['login', '-method', METHOD, '-token-sink-file', sink, '-aws-auto-bearer-token'],
      ...['-aws-region', REGION, '-aws-server-id-header-value', SERVER_ID],
    ];
    await promisify(execFile)(process.env['CONSUL_BIN'] ?? '', args, {
      env: {
        CONSUL_HTTP_ADDR: url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      },
      timeout: 15_000,
    });
    expect(await readable(await readFile(sink, 'utf8'))).toEqual(['10.0.1.1', '10.0.1.2']);
  });
});

describe('a login is refused', () => {
  const withHeader = (each: Signed, name: string, value: string): Signed => ({
    ...each,
    headers: { ...each.headers, [name]: value },
  });

  it.each<[what: string, attempt: () => Promise<Login>, status: number, said: RegExp]>([
    [
      'for another server ID',
      async () => login(url, bearerToken(await signed({ serverId: 'other' }))),
      500,
      /^expected "consul\.corp\.internal" but got "other"$/,
    ],
    [
      'without a server ID',
      async () => login(url, bearerToken(await signed({ serverId: null }))),
      500,
      /^missing header "X-Consul-IAM-ServerID"$/,
    ],
    [
      'for a server ID that is not signed',
      async () => {
        const plain = await signed({ serverId: null });
        return login(url, bearerToken(withHeader(plain, 'X-Consul-IAM-ServerID', SERVER_ID)));
      },
      500,
      /^header wasn't signed$/,
    ],
    [
      'for a header of AWS’s that no login needs',
      async () => login(url, bearerToken(withHeader(await signed(), 'x-amz-user-agent', 'aws-sdk-js'))),
      500,
      /^invalid request header: X-Amz-User-Agent$/,
    ],
    [
      'for a role that is not bound',
      async () => login(url, bearerToken(await signIdentity(world.credentials('other')))),
      500,
      /^IAM principal arn:aws:iam::111122223333:role\/other is not trusted$/,
    ],
    [
      'for another secret',
      async () => {
        const credentials = { ...world.credentials(), secretAccessKey: 'other' };
        return login(url, bearerToken(await signIdentity(credentials)));
      },
      500,
      /^received error code 403: <ErrorResponse .*<Code>SignatureDoesNotMatch<\/Code>/,
    ],
    [
      'for a signature that is too old',
      async () => login(url, bearerToken(await signed({ at: new Date(Date.now() - 16 * 60_000) }))),
      500,
      /<Code>SignatureDoesNotMatch<\/Code><Message>Signature expired: /,
    ],
    [
      'for a session that has ended',
      async () => {
        const credentials = world.credentials();
        const bearer = bearerToken(await signIdentity(credentials));
        world.sts.keys.remove(credentials.accessKeyId);
        return login(url, bearer);
      },
      500,
      /<Code>InvalidClientTokenId<\/Code>/,
    ],
    [
      'for a method that does not exist',
      async () => login(url, bearerToken(await signed()), 'missing'),
      403,
      /^ACL not found: auth method "missing" not found$/,
    ],
    [
      'where no binding rule says what the role may do',
      async () => {
        await world.method('without-rule');
        return login(url, bearerToken(await signed()), 'without-rule');
      },
      403,
      /^Permission denied$/,
    ],
    [
      'where the servers cannot reach STS',
      async () => {
        const [port] = await freePorts('127.0.0.1', 1);
        await world.method('without-sts', { STSEndpoint: `http://127.0.0.1:${port}` });
        return login(url, bearerToken(await signed()), 'without-sts');
      },
      500,
      /^error making request: .*connection refused$/,
    ],
    [
      'where something else than STS answers',
      async () => {
        await world.method('with-another', { STSEndpoint: `${url}/v1/status/leader` });
        return login(url, bearerToken(await signed()), 'with-another');
      },
      500,
      /^response body is invalid$/,
    ],
  ])('%s', async (_, attempt, status, said) => {
    const answer = await attempt();
    expect(answer).toMatchObject({ status, said: expect.stringMatching(said) });
    expect(answer.token).toBeUndefined();
  });
});
