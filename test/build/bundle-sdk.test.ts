import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildBundle } from '../../build/bundle.ts';
import type { FaultKind } from '../../emulators/route53/route53-faults.ts';
import { startRoute53 } from '../../emulators/route53/server.ts';
import * as source from '../support/route53-sdk.ts';

/** The SDK as it is installed, or as it is bundled. */
type Sdk = typeof source;

let folder: string;
let bundled: Sdk;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  await buildBundle(folder, 'test/support/route53-sdk.ts');
  bundled = createRequire(import.meta.url)(join(folder, 'update.cjs'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A fresh object each time: the SDK marks it. */
const credentials = () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' });
const TIMING = { timeout: 300, retry: { base: 1, most: 2 } };

const changeOf = (action: 'CREATE' | 'UPSERT', address: string): Change => ({
  Action: action,
  ResourceRecordSet: {
    Name: 'rdsproxy.corp.internal',
    Type: 'A',
    TTL: 5,
    SetIdentifier: address,
    MultiValueAnswer: true,
    ResourceRecords: [{ Value: address }],
  },
});

/** What we look at in an error of the SDK, without what differs from one request to the next. */
function describeError(sdk: Sdk, error: unknown) {
  const { name, message, messages, code, $fault, $retryable, $metadata } = error as Record<string, unknown>;
  const { httpStatusCode, attempts } = ($metadata ?? {}) as Record<string, unknown>;
  const { fault } = sdk.toRecordStoreError(error, 'asking');
  return { name, message, messages, code, $fault, $retryable, httpStatusCode, attempts, fault };
}

/** Calls with both, each against a server of its own. */
async function both<T>(call: (sdk: Sdk) => Promise<T>): Promise<{ ours: T; theirs: T }> {
  return { ours: await call(bundled), theirs: await call(source) };
}

async function startZone() {
  const server = await startRoute53();
  onTestFinished(() => server.close());
  return { server, zone: server.zones.create({ id: 'Z0EXAMPLE', name: 'corp.internal', private: true }) };
}

/** A server that gives these answers, one after the other and the last one ever after. */
async function startScript(...answers: { status: number; date?: Date; body: string }[]) {
  const received: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(received.length, answers.length - 1)];
    received.push(request.headers);
    request.resume().on('end', () => {
      response.writeHead(answer?.status ?? 500, {
        'content-type': 'text/xml',
        date: (answer?.date ?? new Date()).toUTCString(),
      });
      response.end(answer?.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const errorXml = (code: string, members = '') =>
  `<?xml version="1.0"?>\n<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>What &amp; why.</Message>${members}</Error><RequestId>r-1</RequestId></ErrorResponse>`;

describe('the bundled SDK does as the installed one', () => {
  it('reads a zone, changes records and lists them', async () => {
    const { ours, theirs } = await both(async (sdk) => {
      const { server, zone } = await startZone();
      const client = sdk.route53Client({ endpoint: server.url, credentials: credentials() }, TIMING);
      const answers = [
        await client.send(new sdk.GetHostedZoneCommand({ Id: zone.id })),
        await client.send(
          new sdk.ChangeResourceRecordSetsCommand({
            HostedZoneId: zone.id,
            ChangeBatch: { Changes: ['10.0.0.1', '10.0.0.2'].map((each) => changeOf('UPSERT', each)) },
          }),
        ),
        await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone.id, MaxItems: 3 })),
      ];
      client.destroy();
      // Without what differs from one server to the next.
      return JSON.parse(
        JSON.stringify(answers, (key, value) =>
          /^(\$metadata|CallerReference|Id|SubmittedAt)$/.test(key) ? typeof value : value,
        ),
      ) as readonly object[];
    });
    expect(ours).toEqual(theirs);
    expect(ours[2]).toMatchObject({ ResourceRecordSets: [{}, {}, { SetIdentifier: '10.0.0.1', TTL: 5 }] });
  });

  it.each<[FaultKind, string]>([
    ['throttling', 'throttled'],
    ['prior-request', 'throttled'],
    ['internal-error', 'route53-unavailable'],
    ['service-unavailable', 'route53-unavailable'],
    ['access-denied', 'access-denied'],
    ['reset', 'route53-unavailable'],
    ['lost-answer', 'route53-unavailable'],
    ['hang', 'route53-unavailable'],
    ['invalid-change-batch', 'rejected'],
    ['no-such-zone', 'zone-not-found'],
  ])('fails at the fault %s, after as many attempts', async (kind, fault) => {
    const { ours, theirs } = await both(async (sdk) => {
      const { server, zone } = await startZone();
      server.faults.add({ kind });
      const client = sdk.route53Client({ endpoint: server.url, credentials: credentials() }, TIMING);
      const changed = client.send(
        new sdk.ChangeResourceRecordSetsCommand({
          HostedZoneId: zone.id,
          ChangeBatch: { Changes: [changeOf('UPSERT', '10.0.0.1')] },
        }),
      );
      const error = await changed.catch((caught: unknown) => describeError(sdk, caught));
      client.destroy();
      return { error, requests: server.requests.length };
    });
    expect(ours).toEqual(theirs);
    expect(ours.error).toMatchObject({ fault });
    expect(ours.requests).toBeGreaterThan(0);
  });

  it.each([
    [
      'an error of its own shape',
      400,
      errorXml('InvalidChangeBatch', '<messages><Message>One.</Message><Message>Two.</Message></messages>'),
      'rejected',
    ],
    [
      'an error that is left out of the bundle',
      409,
      errorXml('ConcurrentModification'),
      'route53-unavailable',
    ],
    ['an error that is no error of Route 53', 403, errorXml('ExpiredToken'), 'access-denied'],
    ['an error that nobody knows', 418, errorXml('Teapot'), 'route53-unavailable'],
    ['a throttled request', 400, errorXml('ThrottlingException'), 'throttled'],
    ['a web page', 502, '<html><body>Bad gateway</body></html>', 'route53-unavailable'],
  ])('reads %s', async (_, status, body, fault) => {
    const { ours, theirs } = await both(async (sdk) => {
      const { url, received } = await startScript({ status, body });
      const client = sdk.route53Client({ endpoint: url, credentials: credentials() }, TIMING);
      const asked = client.send(new sdk.GetHostedZoneCommand({ Id: 'Z0EXAMPLE' }));
      const error = await asked.catch((caught: unknown) => describeError(sdk, caught));
      client.destroy();
      return { error, requests: received.length };
    });
    expect(ours).toEqual(theirs);
    expect(ours.error).toMatchObject({ fault });
    expect(ours.requests).toBeGreaterThan(0);
  });

  it('corrects a clock that is wrong', async () => {
    const ahead = new Date(Date.now() + 3_600_000);
    const { ours, theirs } = await both(async (sdk) => {
      const { url, received } = await startScript(
        { status: 403, date: ahead, body: errorXml('RequestTimeTooSkewed') },
        {
          status: 200,
          date: ahead,
          body: '<GetHostedZoneResponse><HostedZone><Name>corp.internal.</Name></HostedZone></GetHostedZoneResponse>',
        },
      );
      const client = sdk.route53Client({ endpoint: url, credentials: credentials() }, TIMING);
      const { HostedZone, $metadata } = await client.send(new sdk.GetHostedZoneCommand({ Id: 'Z0EXAMPLE' }));
      client.destroy();
      const signed = received.map((headers) => String(headers['x-amz-date']).slice(0, 11));
      return { name: HostedZone?.Name, attempts: $metadata.attempts, signed };
    });
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ name: 'corp.internal.', attempts: 2 });
    expect(ours.signed[1]).toBe(ahead.toISOString().replaceAll(/[-:]/g, '').slice(0, 11));
  });

  it.each([
    {},
    { UseFIPS: true },
    { UseDualStack: true },
    { UseFIPS: true, UseDualStack: true },
    { Endpoint: 'http://127.0.0.1:4566/base' },
    { Endpoint: 'http://127.0.0.1:4566', UseFIPS: true },
    { Endpoint: 'http://127.0.0.1:4566', UseDualStack: true },
  ])('resolves the endpoint for %o', async (own) => {
    const { ours, theirs } = await both(async (sdk) => {
      const client = sdk.route53Client({ credentials: credentials() });
      const Region = await client.config.region();
      // As the SDK hands them over.
      const parameters = { UseFIPS: false, UseDualStack: false, Endpoint: undefined, Region, ...own };
      try {
        const { url, properties, headers } = client.config.endpointProvider(parameters);
        return { Region, url: String(url), properties, headers };
      } catch (error) {
        return { Region, error: (error as Error).message };
      }
    });
    expect(ours).toEqual(theirs);
  });

  it.each(['AWS_ENDPOINT_URL_ROUTE_53', 'AWS_ENDPOINT_URL'])(
    'goes where %s says, as whom the environment says',
    async (variable) => {
      const { ours, theirs } = await both(async (sdk) => {
        const { server, zone } = await startZone();
        vi.stubEnv(variable, server.url);
        vi.stubEnv('AWS_ACCESS_KEY_ID', credentials().accessKeyId);
        vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials().secretAccessKey);
        vi.stubEnv('AWS_SESSION_TOKEN', 'session');
        onTestFinished(() => void vi.unstubAllEnvs());
        const client = sdk.route53Client();
        const { HostedZone } = await client.send(new sdk.GetHostedZoneCommand({ Id: zone.id }));
        client.destroy();
        return HostedZone?.Name;
      });
      expect(ours).toBe('corp.internal.');
      expect(theirs).toBe(ours);
    },
  );
});

describe('the bundled SDK', () => {
  it('looks for credentials in the environment only', async () => {
    const file = join(folder, 'credentials');
    await writeFile(
      file,
      '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n',
    );
    for (const variable of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(variable, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(source.route53Client().config.credentials()).resolves.toMatchObject(credentials());
    const error: unknown = await bundled
      .route53Client()
      .config.credentials()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'CredentialsProviderError' });
    expect(bundled.toRecordStoreError(error, 'asking').fault).toBe('access-denied');
  });
});
