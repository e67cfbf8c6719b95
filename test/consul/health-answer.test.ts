import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/consul/answer.ts';
import { readAnswer } from '../../src/consul/health-answer.ts';
import { SourceError } from '../../src/errors.ts';

const entry = {
  Node: { Node: 'node-1', Address: '10.0.0.1' },
  Service: { ID: 'rdsproxy', Service: 'rdsproxy', Address: '' },
  Checks: [],
};

const answer = (own: Partial<Answer> = {}): Answer => ({
  status: 200,
  body: [entry],
  ...own,
  headers: { 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0', ...own.headers },
});

const read = (own: Partial<Answer>, hasToken = false) =>
  readAnswer(answer(own), { service: 'rdsproxy', maxStale: 5_000, hasToken });

describe('readAnswer', () => {
  it.each<[string, Partial<Answer>, boolean, number]>([
    ['a sound answer', {}, false, 1],
    ['no instances', { body: [] }, false, 0],
    ['an old answer within the limit', { headers: { 'x-consul-lastcontact': '5000' } }, false, 1],
    ['an empty answer to a token', { body: [], headers: { 'x-consul-default-acl-policy': 'deny' } }, true, 0],
    [
      'an anonymous answer that is not empty',
      { headers: { 'x-consul-default-acl-policy': 'deny' } },
      false,
      1,
    ],
    [
      'an anonymous empty answer where all is allowed',
      { body: [], headers: { 'x-consul-default-acl-policy': 'allow' } },
      false,
      0,
    ],
  ])('believes %s', (_, own, hasToken, count) => {
    expect(read(own, hasToken).instances).toHaveLength(count);
  });

  it.each<[string, string | undefined, number | undefined]>([
    ['an index', '42', 42],
    ['no index', undefined, undefined],
    ['an index of 0, which would not block', '0', undefined],
    ['an index that is no number', 'x', undefined],
    ['a negative index', '-1', undefined],
  ])('keeps %s for the next blocking query if it can be used', (_, text, index) => {
    expect(read({ headers: { 'x-consul-index': text } }).index).toBe(index);
  });

  it.each<[string, Partial<Answer>, string, RegExp]>([
    ['no leader', { headers: { 'x-consul-knownleader': 'false' } }, 'no-leader', /^has no leader/],
    [
      'no leader, as an error',
      { status: 500, body: 'No cluster leader' },
      'no-leader',
      /^has no leader \(HTTP 500: No cluster leader\)$/,
    ],
    [
      'a stale answer',
      { headers: { 'x-consul-lastcontact': '5001' } },
      'stale',
      /last heard from its leader 5001 ms ago, more than the 5000 ms/,
    ],
    [
      'a filtered answer',
      { headers: { 'x-consul-results-filtered-by-acls': 'true' } },
      'acl-filtered',
      /service:read and node:read$/,
    ],
    [
      'an anonymous empty answer',
      { body: [], headers: { 'x-consul-default-acl-policy': 'deny' } },
      'anonymous-empty',
      /asked without a token/,
    ],
    [
      'HTML',
      { body: '<html>', headers: { 'content-type': 'text/html' } },
      'malformed',
      /^answered with text\/html instead of JSON$/,
    ],
    ['nothing', { body: undefined }, 'malformed', /^answered with an empty body instead of JSON$/],
    [
      'bytes',
      { body: '[]', headers: { 'content-type': 'application/octet-stream' } },
      'malformed',
      /application\/octet-stream/,
    ],
    [
      'broken JSON',
      { body: '[{', headers: { 'content-type': 'application/json' } },
      'malformed',
      /^answered with broken JSON/,
    ],
    [
      'another service at that port',
      { status: 404, body: 'no such page' },
      'malformed',
      /^answered HTTP 404: no such page, as Consul itself never does$/,
    ],
    ['JSON of another shape', { body: { errors: [] } }, 'malformed', /not a list/],
  ])('suspects %s', (_, own, cause, message) => {
    const hold = { reason: 'source-suspect', cause };
    expect(() => read(own)).toThrow(SourceError);
    expect(() => read(own)).toThrow(
      expect.objectContaining({ hold, message: expect.stringMatching(message) }),
    );
  });

  it.each<[number, string, string | undefined]>([
    [401, 'Unauthorized', undefined],
    [403, 'ACL not found', 'token-not-found'],
    [403, 'rpc error making call: ACL not found', 'token-not-found'],
    [403, 'Permission denied', 'permission-denied'],
  ])('takes %d %s for a refused token', (status, body, cause) => {
    expect(() => read({ status, body }, true)).toThrow(
      expect.objectContaining({
        hold: { reason: 'source-denied', cause },
        message: `refused the token (HTTP ${status}: ${body})`,
      }),
    );
    expect(() => read({ status, body }, false)).toThrow(/^refused a request without a token/);
  });

  it.each<[number, string, string]>([
    [500, 'rpc error: EOF', 'answered HTTP 500: rpc error: EOF'],
    [
      429,
      'Your IP is issuing too many concurrent connections',
      'answered HTTP 429: Your IP is issuing too many concurrent connections',
    ],
    [502, '<html>Bad gateway</html>', 'answered HTTP 502'],
    [301, '', 'answered HTTP 301'],
  ])('takes %d for trouble of the server', (status, body, message) => {
    expect(() => read({ status, body })).toThrow(
      expect.objectContaining({ hold: { reason: 'source-unavailable' }, message }),
    );
  });

  it('takes 400 for a query that Consul refuses, or for TLS that it misses', () => {
    expect(() => read({ status: 400, body: 'Failed to create boolean expression evaluator' })).toThrow(
      expect.objectContaining({ hold: { reason: 'source-denied', cause: 'query-refused' } }),
    );
    expect(() => read({ status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' })).toThrow(
      expect.objectContaining({ hold: { reason: 'source-untrusted', cause: 'tls-required' } }),
    );
  });
});
