import { printable } from '../domain/printable.ts';
import { SourceError } from '../errors.ts';
import type { CauseOf } from '../plan/reasons.ts';
import type { ServiceReading } from '../ports.ts';
import { type Answer, defaultPolicyOf, headerOf, isFiltered } from './answer.ts';
import { decodeInstances } from './decode-instances.ts';

export interface Expectation {
  readonly service: string;
  /** How old an answer may be, in milliseconds since the server last heard from its leader. */
  readonly maxStale: number;
  /** Whether the request carried a token. */
  readonly hasToken: boolean;
}

/**
 * Turns an answer into a reading, or says why it is not to be believed.
 *
 * The headers are documented at https://developer.hashicorp.com/consul/api-docs/features/consistency and
 * https://developer.hashicorp.com/consul/api-docs/api-structure#results-filtered-by-acls
 *
 * @throws SourceError, whose message continues a sentence that begins with the address of Consul.
 */
export function readAnswer(answer: Answer, { service, maxStale, hasToken }: Expectation): ServiceReading {
  const refused = statusError(answer, hasToken);
  if (refused) throw refused;
  const header = (name: string) => headerOf(answer, name);
  if (header('x-consul-knownleader') === 'false') {
    throw suspect('no-leader', 'has no leader, so its answer may be out of date');
  }
  const lastContact = header('x-consul-lastcontact') ?? '0';
  if (!/^\d+$/.test(lastContact)) throw suspect('stale', 'does not say when it last heard from its leader');
  if (Number(lastContact) > maxStale) {
    throw suspect(
      'stale',
      `last heard from its leader ${lastContact} ms ago, more than the ${maxStale} ms that are allowed`,
    );
  }
  if (isFiltered(answer)) {
    throw suspect(
      'acl-filtered',
      `left instances of "${service}" out of its answer because the token may not read them: it needs service:read and node:read`,
    );
  }
  const instances = decodeInstances(readableBody(answer), service);
  if (instances.length === 0 && !hasToken && defaultPolicyOf(answer) === 'deny') {
    throw suspect(
      'anonymous-empty',
      `denies by default and was asked without a token, so its empty answer says nothing about "${service}"`,
    );
  }
  // An index of 0 would not block: https://developer.hashicorp.com/consul/api-docs/features/blocking
  const index = Number(header('x-consul-index') ?? 0);
  return { instances, ...(Number.isSafeInteger(index) && index > 0 && { index }) };
}

/**
 * Whether a blocking query was answered by Consul's streaming backend, from a view that each server keeps for itself.
 * Such an answer is 200 without a leader too, is silent about what ACLs left out, and is empty where its time is up
 * before the view has been filled (hashicorp/consul#20790). It always says that no leader is known (hashicorp/consul#9776), which before Consul 1.12
 * is all that tells it from others.
 * https://developer.hashicorp.com/consul/api-docs/features/blocking#streaming-backend
 */
export function isOfStream(answer: Answer): boolean {
  if (answer.status !== 200) return false;
  return (
    headerOf(answer, 'x-consul-query-backend') === 'streaming' ||
    headerOf(answer, 'x-consul-knownleader') === 'false'
  );
}

/** What the status of an answer means; `undefined` if it is a good one. */
export function statusError(answer: Answer, hasToken: boolean): SourceError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = answeredText(answer);
  if (/no (known )?(cluster )?leader/i.test(said)) {
    return suspect('no-leader', `has no leader (HTTP ${status}: ${said})`);
  }
  const detail = `HTTP ${status}${said && `: ${said}`}`;
  if (status === 401 || status === 403) {
    return new SourceError(
      { reason: 'source-denied', cause: hasToken ? refusalOf(said) : 'anonymous-denied' },
      `refused ${hasToken ? 'the token' : 'a request without a token'} (${detail})`,
    );
  }
  // Go's own words: https://pkg.go.dev/net/http#Server.ServeTLS
  if (status === 400 && /HTTP request to an HTTPS server/i.test(said))
    return new SourceError(
      { reason: 'source-untrusted', cause: 'tls-required' },
      'speaks TLS, and was asked without',
    );
  if (status === 400)
    return new SourceError(
      { reason: 'source-denied', cause: 'query-refused' },
      `refused the query (${detail})`,
    );
  // Consul has these paths: what has not is something else.
  if (status === 404) return suspect('malformed', `answered ${detail}, as Consul itself never does`);
  return new SourceError({ reason: 'source-unavailable' }, `answered ${detail}`);
}

function suspect(cause: CauseOf<'source-suspect'>, message: string): SourceError {
  return new SourceError({ reason: 'source-suspect', cause }, message);
}

/** Consul's words for a token that it does not know, and for one that lacks a right. */
function refusalOf(said: string): CauseOf<'source-denied'> | undefined {
  if (/ACL not found/i.test(said)) return 'token-not-found';
  return /permission denied/i.test(said) ? 'permission-denied' : undefined;
}

/** Text where JSON should be is what a proxy or a login page sends. */
function readableBody({ body, headers }: Answer): unknown {
  if (body !== undefined && typeof body !== 'string') return body;
  const type = headers['content-type'] ?? 'a body without a content type';
  const what = body === undefined ? 'an empty body' : /\bjson\b/.test(type) ? 'broken JSON' : type;
  throw suspect('malformed', `answered with ${printable(what)} instead of JSON`);
}

/** What an answer says in plain words: its first characters, fit for a log; nothing of a web page. */
export function answeredText({ body }: Answer): string {
  const text = typeof body === 'string' ? body.slice(0, 2_000).trim() : '';
  return text.startsWith('<') ? '' : printable(text, 200);
}
