import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AccessKeys } from '../aws/access-keys.ts';
import { apiErrorFrom } from '../aws/api-error.ts';
import type { SignedRequest } from '../aws/signature.ts';
import { buildError } from '../aws/xml.ts';
import { startXmlServer, writeXml, type XmlServer } from '../aws/xml-server.ts';
import { accessKeyIn, authenticate } from './auth.ts';
import { type Answer, perform, type Service } from './operations.ts';
import { type Incoming, type RequestRecord, recordOf, route } from './requests.ts';
import { errorOf, type Fault, Faults, throttling } from './route53-faults.ts';
import { type AcceptedBatch, Submissions } from './submissions.ts';
import { Throttle, type ThrottleOptions, tokensOf } from './throttle.ts';
import { ROUTE53 } from './xml.ts';
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
  /** Its certificate and key, as PEM texts, if it is to speak TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface Route53Server extends XmlServer {
  /** The state: what the API changes, and what tests may read and change past it. */
  readonly zones: HostedZones;
  /** Every request so far, oldest first, answered or not. */
  readonly requests: readonly RequestRecord[];
  readonly faults: Faults;
  /** Calls back for each accepted change batch, before its answer is sent. @returns a function that ends it. */
  onChange(listener: (batch: AcceptedBatch) => void): () => void;
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
  const { port = 0, idleMs = 0, now = Date.now, throttle = false, propagationMs = 0, keys, tls } = options;
  const zones = new HostedZones();
  const submissions = new Submissions(now, propagationMs);
  const faults = new Faults();
  const limits = throttle === false ? undefined : new Throttle(throttle === true ? {} : throttle, now);
  const requests: RequestRecord[] = [];

  const { url, close } = await startXmlServer(serve, { port, idleMs, tls });
  const service: Service = { zones, submissions, url };

  async function serve(request: SignedRequest, response: ServerResponse): Promise<void> {
    const incoming = route(request.method, request.target, request.body);
    const record = recordOf(incoming, now(), accessKeyIn(request.headers['authorization']?.toString()));
    requests.push(record);
    const fault = faults.strike(record);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      response.destroy();
      return;
    }
    const requestId = randomUUID();
    const { status, body, location } = await answerTo(record, fault, request, incoming).catch(
      (thrown): Answer => {
        const error = apiErrorFrom(thrown);
        record.error = error.code;
        return { status: error.status, body: buildError(ROUTE53, error, requestId) };
      },
    );
    if (fault?.kind === 'lost-answer') {
      response.destroy();
      return;
    }
    record.status = status;
    writeXml(response, status, body, requestId, location === undefined ? {} : { location });
  }

  async function answerTo(
    record: RequestRecord,
    fault: Fault | undefined,
    request: SignedRequest,
    incoming: Incoming,
  ): Promise<Answer> {
    const caller = await authenticate(request, keys, now());
    if (caller !== undefined) record.caller = caller;
    const error = fault && errorOf(fault, record);
    if (error) throw error;
    if (limits && !limits.admits(tokensOf(record.changes ?? []))) throw throttling();
    return perform(service, incoming);
  }

  return {
    url,
    zones,
    requests,
    faults,
    onChange: (listener) => submissions.onBatch(listener),
    close,
  };
}

export type { AliasTarget, Change, ChangeAction, RecordSet, RecordType, Vpc } from './model.ts';
export type { Operation, RequestRecord } from './requests.ts';
export type { Fault, FaultKind } from './route53-faults.ts';
export type { AcceptedBatch } from './submissions.ts';
export type { ThrottleOptions } from './throttle.ts';
export type { HostedZone, HostedZones, NewZone } from './zones.ts';
