import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awsSecretStore } from '../../src/aws/secret-store.ts';
import type { SecretReference } from '../../src/settings/settings-reader.ts';
import { startHttpServer, type WireAnswer } from '../support/http-server.ts';

const signal = new AbortController().signal;
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'planted-s3cret' };
const PARAMETER = {
  ...{ store: 'ssm', name: '/consul/token', variable: 'CONSUL_HTTP_TOKEN_SSM' },
} as const satisfies SecretReference;
const SECRET = {
  ...{ store: 'secrets-manager', name: 'consul/rdsproxy', variable: 'CONSUL_HTTP_TOKEN_SECRET' },
} as const satisfies SecretReference;

/** Reads a reference from an AWS that answers as the test says. */
async function read(reference: SecretReference, answer: WireAnswer) {
  const server = await startHttpServer(() => answer);
  const store = awsSecretStore({ endpoint: server.url, credentials: CREDENTIALS, region: 'eu-west-1' });
  const text = await store.read(reference, signal).catch((error: unknown) => error);
  return { text, requests: server.requests };
}

const amzJson = (body: object, status = 200): WireAnswer => ({
  status,
  body,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
});

describe('a parameter in SSM Parameter Store', () => {
  it('is read decrypted', async () => {
    const { text, requests } = await read(PARAMETER, amzJson({ Parameter: { Value: 'a-token' } }));
    expect(text).toBe('a-token');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ Name: '/consul/token', WithDecryption: true });
  });

  it.each([
    ['ParameterNotFound', 'secret-not-found', 'does not exist'],
    ['AccessDeniedException', 'secret-access-denied', 'may not be read by this role'],
    ['InvalidKeyId', 'secret-access-denied', 'cannot be decrypted'],
    ['UnrecognizedClientException', 'secret-access-denied', 'may not be read with these credentials'],
    ['SomethingNew', 'secret-unreachable', 'could not be fetched'],
  ])('that AWS refuses with %s', async (type, cause, what) => {
    const { text } = await read(PARAMETER, amzJson({ __type: type, message: 'as AWS says' }, 400));
    expect(text).toMatchObject({
      hold: { reason: 'secret-unavailable', cause },
      message: `/consul/token in SSM Parameter Store, which CONSUL_HTTP_TOKEN_SSM names, ${what} (${type}: as AWS says)`,
    });
  });

  it('that cannot be asked for, since nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const store = awsSecretStore({
      ...{ endpoint: `http://127.0.0.1:${port}`, credentials: CREDENTIALS, region: 'eu-west-1' },
    });
    await expect(store.read(PARAMETER, signal)).rejects.toMatchObject({
      hold: { reason: 'secret-unavailable', cause: 'secret-unreachable' },
    });
  });

  it('is not waited for once the time is up', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const store = awsSecretStore({
      ...{ endpoint: `http://127.0.0.1:${port}`, credentials: CREDENTIALS, region: 'eu-west-1' },
    });
    const ending = new AbortController();
    const reading = store.read(PARAMETER, ending.signal);
    ending.abort();
    await expect(reading).rejects.toMatchObject({ name: 'DeadlineError' });
  });
});

describe('a secret in Secrets Manager', () => {
  const stored = (SecretString: string) => amzJson({ SecretString });

  it('is read as it is', async () => {
    const { text, requests } = await read(SECRET, stored('a-token'));
    expect(text).toBe('a-token');
    expect(requests[0]?.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ SecretId: 'consul/rdsproxy' });
  });

  it('is read by a key of its JSON object', async () => {
    const { text } = await read({ ...SECRET, key: 'token' }, stored('{"user": "x", "token": "a-token"}'));
    expect(text).toBe('a-token');
  });

  it.each([
    ['planted-t0ken', 'is no JSON object'],
    ['{"other": "planted-t0ken"}', 'has no text under the key "token"'],
    ['{"token": {"value": "planted-t0ken"}}', 'has no text under the key "token"'],
    ['["planted-t0ken"]', 'has no text under the key "token"'],
    ['null', 'has no text under the key "token"'],
  ])('%s has no such key, and is not repeated', async (text, what) => {
    const { text: error } = await read({ ...SECRET, key: 'token' }, stored(text));
    expect(error).toMatchObject({ hold: { reason: 'secret-unavailable', cause: 'secret-malformed' } });
    expect((error as Error).message).toContain(what);
    expect((error as Error).message).not.toContain('planted');
  });

  it('that is binary', async () => {
    const { text } = await read(SECRET, amzJson({ SecretBinary: 'AAAA' }));
    expect(text).toMatchObject({
      hold: { cause: 'secret-malformed' },
      message: expect.stringMatching(/is not a text$/),
    });
  });

  it.each([
    ['ResourceNotFoundException', 'secret-not-found'],
    ['AccessDeniedException', 'secret-access-denied'],
    ['DecryptionFailure', 'secret-access-denied'],
    ['InvalidRequestException', 'secret-not-found'],
  ])('that AWS refuses with %s', async (type, cause) => {
    const { text } = await read(SECRET, amzJson({ __type: type, message: 'as AWS says' }, 400));
    expect(text).toMatchObject({ hold: { reason: 'secret-unavailable', cause } });
    expect((text as Error).message).toContain('CONSUL_HTTP_TOKEN_SECRET');
  });
});
