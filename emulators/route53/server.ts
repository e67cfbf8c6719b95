import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessKeys } from '../aws/access-keys.ts';
import { accessKeyIn, authenticate } from './auth.ts';
import { ApiError } from './errors.ts';
import { type Answer, perform, type Service } from './operations.ts';
import { type RequestRecord, recordOf, route } from './requests.ts';
import { errorOf, Faults, throttling } from './route53-faults.ts';
import { type AcceptedBatch, Submissions } from './submissions.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';
import { buildError } from './xml.ts';
import { HostedZones } from './zones.ts';

export interface Route53Options {
  /** The port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
  /** Whether requests over the account's limits are refused; `true` for Route 53's default limits. */
  readonly throttle?: boolean | ThrottleOptions;
  /** Whose signatures are taken, checked against their secrets; by default anybody's, unchecked. */
  readonly keys?: AccessKeys;
  /** How long a change stays PENDING, in milliseconds; 0 by default. */
  readonly propagationMs?: number;
  /** After how long an idle connection is closed, in milliseconds; never, by default. */
  readonly idleMs?: number;
}

export interface Route53Server {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The state: what the API changes, and what tests may read and change past it. */
  readonly zones: HostedZones;
  /** Every request so far, oldest first, answered or not. */
  readonly requests: readonly RequestRecord[];
  readonly faults: Faults;
  /** Calls back for each accepted change batch, before its answer is sent. @returns a function that ends it. */
  onChange(listener: (batch: AcceptedBatch) => void): () => void;
  /** Stops the server and destroys all connections at once, hanging requests too. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Route 53's API on the loopback interface: the REST-XML protocol that the AWS SDK
 * speaks, over hosted zones kept in memory, as strict as the service where the service is strict.
 *
 * @returns once it listens.
 * @throws Error when the port is taken.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/Welcome.html
 */
export async function startRoute53(options: Route53Options = {}): Promise<Route53Server> {
  const { port = 0, now = Date.now, throttle = false, propagationMs = 0, idleMs = 0, keys } = options;
  const zones = new HostedZones();
  const submissions = new Submissions(now, propagationMs);
  const faults = new Faults();
  const limits = throttle === false ? undefined : new Throttle(throttle === true ? {} : throttle, now);
  const requests: RequestRecord[] = [];

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      // A caller that goes away in the middle of its request is no fault of the server.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // Idle connections are left open unless asked otherwise: one that the server drops just as the caller takes it up again is a failure
  // that nobody asked for.
  server.keepAliveTimeout = idleMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: Service = { zones, submissions, url };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = message;
    const body = await bodyOf(message);
    const incoming = route(method, target, body);
    const record = recordOf(incoming, now(), accessKeyIn(headers.authorization));
    requests.push(record);
    const fault = faults.strike(record);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      response.destroy();
      return;
    }
    const answer = await answerTo(async () => {
      const caller = await authenticate({ method, target, headers, body }, keys, now());
      if (caller !== undefined) record.caller = caller;
      const error = fault && errorOf(fault, record);
      if (error) throw error;
      if (limits && !limits.admits(record.changes?.length ?? 0)) throw throttling();
      return perform(service, incoming);
    });
    if (fault?.kind === 'lost-answer') {
      response.destroy();
      return;
    }
    record.status = answer.status;
    response.writeHead(answer.status, {
      'content-type': 'text/xml',
      'x-amzn-requestid': answer.requestId,
      ...(answer.location !== undefined && { location: answer.location }),
    });
    response.end(answer.body);
  }

  return {
    url,
    zones,
    requests,
    faults,
    onChange: (listener) => submissions.onBatch(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The answer to a request, or the error that came of it. */
async function answerTo(work: () => Promise<Answer>): Promise<Answer & { readonly requestId: string }> {
  const requestId = randomUUID();
  try {
    return { ...(await work()), requestId };
  } catch (error) {
    const known =
      error instanceof ApiError
        ? error
        : new ApiError(500, 'InternalFailure', `Fault of the stand-in: ${error}`);
    const type = known.status < 500 ? 'Sender' : 'Receiver';
    return { status: known.status, body: buildError(known.code, known.message, requestId, type), requestId };
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export type { AliasTarget, Change, ChangeAction, RecordSet, RecordType } from './model.ts';
export type { Operation, RequestRecord } from './requests.ts';
export type { Fault, FaultKind } from './route53-faults.ts';
export type { AcceptedBatch } from './submissions.ts';
export type { ThrottleOptions } from './throttle.ts';
export type { HostedZone, HostedZones, NewZone } from './zones.ts';
