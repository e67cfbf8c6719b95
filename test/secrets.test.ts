import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../handlers/update.ts';
import { type CertificateOffice, certificateOffice } from './support/certificates.ts';
import { startHttpServer, type WireAnswer, type WireRequest } from './support/http-server.ts';
import { startSecrets } from './support/secrets.ts';
import { context, EVERY_MINUTE, RECORDS, type Route53Side, startRoute53Side } from './support/stack.ts';
import { type StsFake, startSts } from './support/sts.ts';

// What must not come out of the function by any way: not whole, and not in part.
const TOKEN = 'c0ffee11-5eed-4bad-8ace-f00dfacade55';
const EXTERNAL_ID = 'zQ8vK2mX7wJ4nT9b';
const AWS_SECRET = 'Gh5Rk1Lp9Ws3Yd7Fc2Nv6Bx0Mz8Qj4Ta';
const PLANTED = [TOKEN, EXTERNAL_ID, AWS_SECRET];

const ENTRY = {
  Node: { Node: 'node-1', Address: '10.0.0.1' },
  Service: { ID: 'rdsproxy', Service: 'rdsproxy', Address: '10.0.1.1' },
  Checks: [],
};
const HEADERS = { 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };

let office: CertificateOffice;
let key: string;
let client: Record<string, string>;
beforeAll(async () => {
  office = await certificateOffice();
  const made = await office.selfSigned('client');
  key = made.key.split('\n')[1] ?? '';
  client = { CONSUL_CLIENT_CERT: made.cert, CONSUL_CLIENT_KEY: made.key };
});
afterAll(() => office.close());

let side: Route53Side;
let sts: StsFake;
let answer: (request: WireRequest) => WireAnswer;
let consul: Awaited<ReturnType<typeof startHttpServer>>;
beforeEach(async () => {
  [side, sts] = await Promise.all([startRoute53Side(), startSts()]);
  consul = await startHttpServer((request) => answer(request));
  answer = sound;
});
afterEach(async () => void (await Promise.all([side.close(), sts.close()])));

/** A Consul that knows the token. */
const sound = ({ path }: WireRequest): WireAnswer => {
  if (path === '/v1/status/leader')
    return { body: '"10.0.0.9:8300"', headers: { 'content-type': 'application/json' } };
  if (path === '/v1/acl/login') return { body: { SecretID: TOKEN, AccessorID: 'a' } };
  if (path === '/v1/acl/token/self') return { body: { SecretID: TOKEN, AccessorID: 'a', Policies: [] } };
  return { body: [ENTRY], headers: HEADERS };
};

/** What stands before Consul and tells in its error what it was sent, after so many characters of its own. */
const echoing =
  (status: number, characters: number) =>
  (request: WireRequest): WireAnswer => ({
    status,
    body: `${'.'.repeat(characters)} ${JSON.stringify({ ...request.headers, sent: request.body })}`,
  });

/** Everything that comes out of a function: its log, metrics and result or error, with causes, stacks and hidden fields. */
async function everythingOf(env: Readonly<Record<string, string>>, event: unknown) {
  const aws = await startSecrets(
    new Map([
      ['/consul/token', TOKEN],
      [
        'consul/rdsproxy',
        JSON.stringify({ token: TOKEN, other: AWS_SECRET, key: office.secrets().join('\n') }),
      ],
    ]),
  );
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: AWS_SECRET };
  const out: unknown[] = [];
  const handler = createHandler({
    env: { CONSUL_HTTP_ADDR: consul.url, HOSTED_ZONE_ID: side.zone.id, RECORDS, WATCH_SECONDS: '0', ...env },
    log: (...line) => void out.push(line),
    metrics: (values) => void out.push(values),
    route53: { endpoint: side.route53.url, credentials },
    aws: { ...aws, endpoint: env['ROUTE53_ROLE_ARN'] ? sts.url : aws.endpoint, credentials },
    // Every request is answered, by a busy machine a little later.
    stsTiming: { timeout: 10_000, attempts: 1 },
    consul: { timeout: 10_000 },
    route53Timing: { timeout: 10_000, retry: { base: 1, most: 2 } },
    doctor: { limits: { consul: 9_000, route53: 9_000 } },
  });
  const outcome = (report: { readonly outcome: string }) => report.outcome;
  const result = await handler(event, context()).then(
    (report) => {
      out.push(report);
      return outcome(report);
    },
    (error: unknown) => {
      out.push(error);
      return 'thrown';
    },
  );
  return {
    result,
    said: inspect(out, { depth: Number.POSITIVE_INFINITY, maxStringLength: null }) + JSON.stringify(out),
  };
}

/** Fails for any eight characters of a secret: who cuts a text may leave most of one. */
function expectNothingOf(said: string): void {
  const parts = [...PLANTED, key].flatMap((secret) =>
    Array.from({ length: secret.length - 7 }, (_, start) => secret.slice(start, start + 8)),
  );
  expect(parts.filter((part) => said.includes(part))).toEqual([]);
}

const IDENTITIES: readonly [string, Record<string, string>][] = [
  ['a token', { CONSUL_HTTP_TOKEN: TOKEN }],
  ['a token in SSM Parameter Store', { CONSUL_HTTP_TOKEN_SSM: '/consul/token' }],
  ['a token in Secrets Manager', { CONSUL_HTTP_TOKEN_SECRET: 'consul/rdsproxy#token' }],
  [
    'a login',
    { CONSUL_AUTH_METHOD: 'lambda', AWS_REGION: 'eu-west-1', CONSUL_AUTH_SERVER_ID: 'consul.corp' },
  ],
];
const EVENTS: readonly [string, unknown][] = [
  ['a run', EVERY_MINUTE],
  ['a plan', { action: 'plan' }],
  ['the doctor', { action: 'doctor' }],
];
// So that a secret is in the middle of the text, and across the end of what is kept of it, at many places.
const PADDINGS = [0, 60, 90, 120, 140, 150, 160, 170, 180, 190];
const STATUSES = [400, 401, 403, 500];
/** What is cut does not depend on where the token is from: one source has every place with every status, the others each once. */
const paddingsFor = (identity: object, status: number) =>
  'CONSUL_HTTP_TOKEN' in identity
    ? PADDINGS
    : PADDINGS.filter((_, index) => index % STATUSES.length === STATUSES.indexOf(status));

describe.each(IDENTITIES)('with %s', (_, identity) => {
  describe.each(EVENTS)('nothing secret comes out of %s', (_, event) => {
    it('that goes well', async () => {
      const { result, said } = await everythingOf({ ...identity, ...client }, event);
      expect(['changed', 'planned', 'ok', 'warning']).toContain(result);
      expect(consul.requests.map(({ headers }) => headers['x-consul-token'])).toContain(TOKEN);
      expectNothingOf(said);
    });

    it.each(STATUSES)('to which Consul answers %i with what it was sent', async (status) => {
      for (const characters of paddingsFor(identity, status)) {
        answer = (request) =>
          (request.headers['x-consul-token'] ? echoing(status, characters) : sound)(request);
        const { result, said } = await everythingOf({ ...identity, ...client }, event);
        expect(['held', 'failed', 'warning']).toContain(result);
        expect(said).toContain(`HTTP ${status}`);
        expectNothingOf(said);
      }
    });

    it('to which Consul answers with what is no JSON', async () => {
      answer = (request) => (request.headers['x-consul-token'] ? echoing(200, 0) : sound)(request);
      const { result, said } = await everythingOf({ ...identity, ...client }, event);
      expect(['held', 'failed', 'warning']).toContain(result);
      expectNothingOf(said);
    });

    it('without a trusted connection', async () => {
      const env = { ...identity, ...client, CONSUL_HTTP_ADDR: consul.url.replace('http:', 'https:') };
      const { result, said } = await everythingOf(env, event);
      expect(['held', 'failed']).toContain(result);
      expect(said).toContain('does not speak TLS');
      expectNothingOf(said);
    });

    it('with a key that cannot be used', async () => {
      const CONSUL_CLIENT_KEY = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`;
      const env = { ...identity, ...client, CONSUL_CLIENT_KEY };
      const secure = { ...env, CONSUL_HTTP_ADDR: consul.url.replace('http:', 'https:') };
      const { result, said } = await everythingOf(secure, event);
      expect(['held', 'failed']).toContain(result);
      expect(said).toContain('cannot be read');
      expectNothingOf(said);
    });
  });
});

it('nothing of the signed request comes out where the login is answered with it', async () => {
  const identity = { CONSUL_AUTH_METHOD: 'lambda', AWS_REGION: 'eu-west-1' };
  for (const characters of PADDINGS) {
    answer = ({ body }) => {
      const { iam_request_headers: headers } = JSON.parse(
        (JSON.parse(body) as { BearerToken: string }).BearerToken,
      ) as { iam_request_headers: string };
      return { status: 403, body: `${'.'.repeat(characters)} bad headers: ${headers}` };
    };
    const { result, said } = await everythingOf(identity, EVERY_MINUTE);
    expect(result).toBe('held');
    expect(said).toContain('refused the login');
    const login = consul.requests.find(({ path }) => path === '/v1/acl/login');
    const { BearerToken } = JSON.parse(login?.body ?? '') as { BearerToken: string };
    const { iam_request_headers: headers } = JSON.parse(BearerToken) as { iam_request_headers: string };
    expect(Buffer.from(headers, 'base64').toString()).toContain('Signature=');
    for (let start = 0; start + 8 <= headers.length; start += 8)
      expect(said).not.toContain(headers.slice(start, start + 8));
    expectNothingOf(said);
  }
});

it('nothing of the external ID comes out where STS repeats it, nor of the credentials where Route 53 refuses', async () => {
  const ROUTE53_ROLE_ARN = 'arn:aws:iam::210987654321:role/route53-updater';
  const role = { ROUTE53_ROLE_ARN, AWS_REGION: 'eu-west-1', ROUTE53_EXTERNAL_ID: EXTERNAL_ID };
  sts.answer = { code: 'AccessDenied', message: `not with ${EXTERNAL_ID}` };
  for (const [, event] of EVENTS) {
    const { result, said } = await everythingOf({ ...role, CONSUL_HTTP_TOKEN: TOKEN }, event);
    expect(['thrown', 'failed']).toContain(result);
    expect(said).toContain('AccessDenied');
    expectNothingOf(said);
  }
});

describe('nothing secret comes out of settings that cannot work', () => {
  it.each<[string, () => Record<string, string>]>([
    ['a token with a line break', () => ({ CONSUL_HTTP_TOKEN: `${TOKEN}\nx` })],
    ['a token where the name of its parameter should be', () => ({ CONSUL_HTTP_TOKEN_SSM: TOKEN })],
    ['a token where the name of its secret should be', () => ({ CONSUL_HTTP_TOKEN_SECRET: TOKEN })],
    ['a key without its first and last line', () => ({ ...client, CONSUL_CLIENT_KEY: key })],
    [
      'such a key without characters that no path has',
      () => ({ ...client, CONSUL_CLIENT_KEY: key.replace(/\W/g, 'x') }),
    ],
    ['a key without a certificate', () => ({ CONSUL_CLIENT_KEY: client['CONSUL_CLIENT_KEY'] ?? '' })],
    ['a password in an address', () => ({ CONSUL_HTTP_ADDR: `http://user:${TOKEN}@consul:8500` })],
    ['a password in an address without a scheme', () => ({ CONSUL_HTTP_ADDR: `user:${TOKEN}@consul:8500` })],
    ['a token in an address', () => ({ CONSUL_HTTP_ADDR: `http://consul:8500/?token=${TOKEN}` })],
    ['a token in an address without a scheme', () => ({ CONSUL_HTTP_ADDR: `consul:8500/?token=${TOKEN}` })],
    ['an external ID with a space', () => ({ ROUTE53_EXTERNAL_ID: `${EXTERNAL_ID} x` })],
    ['an external ID without a role', () => ({ ROUTE53_EXTERNAL_ID: EXTERNAL_ID })],
  ])('%s', async (_, env) => {
    for (const [, event] of EVENTS) {
      const { result, said } = await everythingOf(env(), event);
      expect(['thrown', 'failed']).toContain(result);
      expect(said).toMatch(/setting/);
      expectNothingOf(said);
    }
  });
});
