import { type ChangeRequest, decodeChanges } from './decode-changes.ts';
import type { Change } from './model.ts';

export type Operation =
  | 'CreateHostedZone'
  | 'GetHostedZone'
  | 'DeleteHostedZone'
  | 'ListResourceRecordSets'
  | 'ChangeResourceRecordSets'
  | 'GetChange'
  | 'AssociateVPCWithHostedZone'
  | 'DisassociateVPCFromHostedZone';

/** One request as the log keeps it. */
export interface RequestRecord {
  /** `Unknown` for what is none of the operations here. */
  readonly operation: Operation | 'Unknown';
  /** When it arrived, in milliseconds of the server's clock. */
  readonly at: number;
  /** Who signed it; left out if nobody did. */
  readonly accessKeyId?: string | undefined;
  /** The hosted zone's ID as it was sent, without `/hostedzone/`. */
  readonly zoneId?: string | undefined;
  /** The changes of a batch with names as they were sent; left out if the body could not be read. */
  readonly changes?: readonly Change[] | undefined;
  /** Where a listing was asked to begin. */
  readonly startName?: string | undefined;
  readonly startType?: string | undefined;
  readonly startIdentifier?: string | undefined;
  /** The ARN of who signed, where the server was told whose signatures to take. */
  caller?: string | undefined;
  /** The HTTP status of the answer; left out while, or for ever if, there is none. */
  status?: number | undefined;
  /** The code of the error that it was answered with, if it was. */
  error?: string | undefined;
}

/** A request on its way through the server. */
export interface Incoming {
  readonly operation: Operation | 'Unknown';
  /** The ID in the path: of a hosted zone or, for `GetChange`, of a change. */
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly body: string;
  /** What the body says to change, read at the first call. @throws AwsApiError if it is no such request. */
  readonly batch: () => ChangeRequest;
}

const ROUTES: readonly (readonly [method: string, path: RegExp, Operation])[] = [
  ['POST', /^\/2013-04-01\/hostedzone\/?$/, 'CreateHostedZone'],
  ['GET', /^\/2013-04-01\/hostedzone\/([^/]+)$/, 'GetHostedZone'],
  ['DELETE', /^\/2013-04-01\/hostedzone\/([^/]+)$/, 'DeleteHostedZone'],
  ['GET', /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/, 'ListResourceRecordSets'],
  ['POST', /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/, 'ChangeResourceRecordSets'],
  ['GET', /^\/2013-04-01\/change\/([^/]+)$/, 'GetChange'],
  ['POST', /^\/2013-04-01\/hostedzone\/([^/]+)\/associatevpc$/, 'AssociateVPCWithHostedZone'],
  ['POST', /^\/2013-04-01\/hostedzone\/([^/]+)\/disassociatevpc$/, 'DisassociateVPCFromHostedZone'],
];

/** Finds the operation of a request by its method and path. */
export function route(method: string, target: string, body: string): Incoming {
  const url = new URL(target, 'http://127.0.0.1');
  let read: ChangeRequest | undefined;
  const batch = () => {
    read ??= decodeChanges(body);
    return read;
  };
  for (const [expected, path, operation] of ROUTES) {
    const match = method === expected ? path.exec(url.pathname) : null;
    if (match === null) continue;
    return { operation, id: match[1], query: url.searchParams, body, batch };
  }
  return { operation: 'Unknown', id: undefined, query: url.searchParams, body, batch };
}

/** What the log keeps of a request. @param accessKeyId who signed it. */
export function recordOf(
  { operation, id, query, batch }: Incoming,
  at: number,
  accessKeyId?: string,
): RequestRecord {
  const listed = (name: string) =>
    operation === 'ListResourceRecordSets' ? (query.get(name) ?? undefined) : undefined;
  return {
    ...{ operation, at, accessKeyId },
    zoneId: operation === 'GetChange' ? undefined : id,
    startName: listed('name'),
    startType: listed('type'),
    startIdentifier: listed('identifier'),
    changes: operation === 'ChangeResourceRecordSets' ? readable(batch) : undefined,
  };
}

function readable(batch: Incoming['batch']): readonly Change[] | undefined {
  try {
    return batch().changes;
  } catch {
    // The operation will say what is wrong with it; the log only notes that there was such a request.
    return undefined;
  }
}
