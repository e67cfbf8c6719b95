import { decodeChanges } from './decode-changes.ts';
import type { Change } from './model.ts';

export type Operation =
  | 'CreateHostedZone'
  | 'GetHostedZone'
  | 'DeleteHostedZone'
  | 'ListResourceRecordSets'
  | 'ChangeResourceRecordSets'
  | 'GetChange';

/** One request as the log keeps it. */
export interface RequestRecord {
  /** `Unknown` for what is none of the operations here. */
  readonly operation: Operation | 'Unknown';
  /** When it arrived, in milliseconds of the server's clock. */
  readonly at: number;
  /** Who signed it; left out if nobody did. */
  readonly accessKeyId?: string;
  /** The hosted zone's ID as it was sent, without `/hostedzone/`. */
  readonly zoneId?: string;
  /** The changes of a batch with names as they were sent; left out if the body could not be read. */
  readonly changes?: readonly Change[];
  /** Where a listing was asked to begin. */
  readonly startName?: string;
  readonly startType?: string;
  readonly startIdentifier?: string;
  /** The ARN of who signed, where the server was told whose signatures to take. */
  caller?: string;
  /** The HTTP status of the answer; left out while, or for ever if, there is none. */
  status?: number;
}

/** A request on its way through the server. */
export interface Incoming {
  readonly operation: Operation | 'Unknown';
  /** The ID in the path: of a hosted zone or, for `GetChange`, of a change. */
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly body: string;
}

const ROUTES: readonly { method: string; path: RegExp; operation: Operation }[] = [
  { method: 'POST', path: /^\/2013-04-01\/hostedzone\/?$/, operation: 'CreateHostedZone' },
  { method: 'GET', path: /^\/2013-04-01\/hostedzone\/([^/]+)$/, operation: 'GetHostedZone' },
  { method: 'DELETE', path: /^\/2013-04-01\/hostedzone\/([^/]+)$/, operation: 'DeleteHostedZone' },
  {
    method: 'GET',
    path: /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/,
    operation: 'ListResourceRecordSets',
  },
  {
    method: 'POST',
    path: /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset\/?$/,
    operation: 'ChangeResourceRecordSets',
  },
  { method: 'GET', path: /^\/2013-04-01\/change\/([^/]+)$/, operation: 'GetChange' },
];

/** Finds the operation of a request by its method and path. */
export function route(method: string, target: string, body: string): Incoming {
  const url = new URL(target, 'http://127.0.0.1');
  for (const { method: expected, path, operation } of ROUTES) {
    const match = method === expected ? path.exec(url.pathname) : null;
    if (match === null) continue;
    return { operation, id: match[1], query: url.searchParams, body };
  }
  return { operation: 'Unknown', id: undefined, query: url.searchParams, body };
}

/** What the log keeps of a request. @param accessKeyId who signed it. */
export function recordOf(incoming: Incoming, at: number, accessKeyId?: string): RequestRecord {
  const { operation, id, query } = incoming;
  const record: RequestRecord = {
    operation,
    at,
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(id !== undefined && operation !== 'GetChange' && { zoneId: id }),
  };
  if (operation === 'ListResourceRecordSets') {
    const [name, type, identifier] = ['name', 'type', 'identifier'].map((key) => query.get(key));
    return {
      ...record,
      ...(name != null && { startName: name }),
      ...(type != null && { startType: type }),
      ...(identifier != null && { startIdentifier: identifier }),
    };
  }
  if (operation === 'ChangeResourceRecordSets') {
    const changes = readable(incoming.body);
    return { ...record, ...(changes && { changes }) };
  }
  return record;
}

function readable(body: string): readonly Change[] | undefined {
  try {
    return decodeChanges(body).changes;
  } catch {
    // The operation will say what is wrong with it; the log only notes that there was such a request.
    return undefined;
  }
}
