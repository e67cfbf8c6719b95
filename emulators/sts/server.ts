import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessKeys } from '../aws/access-keys.ts';
import { verifySignature } from '../aws/signature.ts';
import { SignatureError } from '../aws/signature-error.ts';
import { StsError } from './errors.ts';
import { perform, type Service } from './operations.ts';
import type { Role } from './roles.ts';
import { buildAnswer, buildError } from './xml.ts';

export interface StsOptions {
  /** The access keys that exist; those given out are added to them. */
  readonly keys?: AccessKeys;
  /** The roles that may be assumed; none by default. */
  readonly roles?: readonly Role[];
  /** How long given credentials really last, in milliseconds, whatever was asked for; as asked by default. */
  readonly lifetimeMs?: number;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** One request as the log keeps it. */
export interface StsRequest {
  /** The `Action`; empty when there was none. */
  readonly operation: string;
  /** All parameters of the body. */
  readonly parameters: Readonly<Record<string, string>>;
  /** With lower-case names. */
  readonly headers: IncomingMessage['headers'];
  /** Whose signature it was; left out when it was nobody's. */
  readonly caller?: string;
  /** The error's code; left out for a success. */
  readonly error?: string;
}

export interface StsServer {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly keys: AccessKeys;
  /** By ARN; may be changed while it runs. */
  readonly roles: Map<string, Role>;
  /** Every request so far, oldest first. */
  readonly requests: readonly StsRequest[];
  /** Stops the server and destroys all connections at once. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for AWS's Security Token Service on the loopback interface: `GetCallerIdentity` and `AssumeRole`
 * in the query protocol that SDKs speak. Signatures are checked for real, so that whoever gets an answer has signed
 * the request that arrived, with the headers it says it signed.
 *
 * @returns once it listens.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
 */
export async function startSts(options: StsOptions = {}): Promise<StsServer> {
  const { keys = new AccessKeys(), now = Date.now, lifetimeMs } = options;
  const roles = new Map((options.roles ?? []).map((role) => [role.arn, role]));
  const service: Service = { keys, roles, lifetimeMs };
  const requests: StsRequest[] = [];

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      // A caller that goes away in the middle of its request is no fault of the server.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = message;
    const body = await bodyOf(message);
    const parameters = new URLSearchParams(method === 'POST' ? body : '');
    const requestId = randomUUID();
    const operation = parameters.get('Action') ?? '';
    const logged = { operation, parameters: Object.fromEntries(parameters), headers };
    let caller: string | undefined;
    let answer: { status: number; text: string; error?: string };
    try {
      const request = { method, target, headers, body };
      const region = regionOf(headers.host);
      const key = await verifySignature(request, { service: 'sts', region, keys, now: now() });
      caller = key.principal.arn;
      const performed = perform(service, parameters, key, now());
      answer = { status: 200, text: buildAnswer(performed.operation, performed.result, requestId) };
    } catch (thrown) {
      const { status, code, message } = errorOf(thrown);
      answer = { status, text: buildError(status, code, message, requestId), error: code };
    }
    const { status, text, error } = answer;
    requests.push({
      ...logged,
      ...(caller !== undefined && { caller }),
      ...(error !== undefined && { error }),
    });
    response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
    response.end(text);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    roles,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * The region whose endpoint was spoken to, for requests that come by way of another server and still have AWS's host.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/sts.html
 */
function regionOf(host = ''): string | undefined {
  if (host === 'sts.amazonaws.com') return 'us-east-1';
  return /^sts(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}

function errorOf(thrown: unknown): { status: number; code: string; message: string } {
  if (thrown instanceof StsError) return thrown;
  if (thrown instanceof SignatureError) return { status: 403, code: thrown.code, message: thrown.message };
  return { status: 500, code: 'InternalFailure', message: `Fault of the stand-in: ${thrown}` };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
