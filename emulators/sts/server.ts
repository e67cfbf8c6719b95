import { randomUUID } from 'node:crypto';
import { AccessKeys } from '../aws/access-keys.ts';
import { apiErrorFrom } from '../aws/api-error.ts';
import { type SignedRequest, verifySignature } from '../aws/signature.ts';
import { buildError, buildXml, type Dialect } from '../aws/xml.ts';
import { startXmlServer, writeXml, type XmlServer } from '../aws/xml-server.ts';
import { perform, type Service } from './operations.ts';
import type { Role } from './roles.ts';

const STS: Dialect = { namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', prolog: '' };

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
  readonly headers: SignedRequest['headers'];
  /** The ARN of who signed; left out where the signature was not valid. */
  caller?: string;
  /** The error's code; left out for a success. */
  error?: string;
}

export interface StsServer extends XmlServer {
  readonly keys: AccessKeys;
  /** By ARN; may be changed while it runs. */
  readonly roles: Map<string, Role>;
  /** Every request so far, oldest first. */
  readonly requests: readonly StsRequest[];
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

  const server = await startXmlServer(async (request, response) => {
    const { method, headers, body } = request;
    const parameters = new URLSearchParams(method === 'POST' ? body : '');
    const requestId = randomUUID();
    const record: StsRequest = {
      operation: parameters.get('Action') ?? '',
      parameters: Object.fromEntries(parameters),
      headers,
    };
    requests.push(record);
    try {
      const region = regionOf(headers['host']?.toString());
      const key = await verifySignature(request, { service: 'sts', region, keys, now: now() });
      record.caller = key.principal.arn;
      const { operation, result } = perform(service, parameters, key, now());
      const content = { [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } };
      writeXml(response, 200, buildXml(STS, `${operation}Response`, content), requestId);
    } catch (thrown) {
      const error = apiErrorFrom(thrown);
      record.error = error.code;
      writeXml(response, error.status, buildError(STS, error, requestId), requestId);
    }
  });

  return { ...server, keys, roles, requests };
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
