import { describe, expect, it } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import type { ServiceQuery } from '../../src/domain/service-query.ts';
import { openAccess } from '../support/access.ts';
import { startHttpServer, type WireAnswer, type WireRequest } from '../support/http-server.ts';

const signal = new AbortController().signal;
const SECRET = 'planted-t0ken';

const ENTRY = {
  Node: { Node: 'node-1', Address: '10.0.0.1' },
  Service: { ID: 'rdsproxy', Service: 'rdsproxy', Address: '10.0.1.1' },
  Checks: [],
};
const HEADERS = { 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };

/** One read of a Consul that answers as the test says, and the requests for health that it made. */
async function read(
  query: Omit<ServiceQuery, 'service'>,
  answer: (request: WireRequest) => WireAnswer = () => ({ body: [ENTRY], headers: HEADERS }),
  secret?: string,
) {
  const server = await startHttpServer(answer);
  const source = consulHealthSource(
    openAccess({
      addresses: [server.url],
      ...(secret !== undefined && { identity: { by: 'token', token: { text: secret } } }),
    }),
  );
  const health = (request: WireRequest) => request.path.startsWith('/v1/health/');
  return {
    reading: await source.read({ service: 'rdsproxy', ...query }, signal).catch((error: unknown) => error),
    again: () => source.read({ service: 'rdsproxy', ...query }, signal, { index: 7, wait: 10_000 }),
    requests: () => server.requests.filter(health),
    all: server.requests,
  };
}

describe('what a record asks for is what is sent', () => {
  it.each<[Omit<ServiceQuery, 'service'>, Record<string, string>]>([
    [{}, {}],
    [{ tag: 'read only' }, { tag: 'read only' }],
    [{ datacenter: 'dc2' }, { dc: 'dc2' }],
    [{ partition: 'team-a' }, { partition: 'team-a' }],
    [{ filter: 'Service.Meta.role == "replica"' }, { filter: 'Service.Meta.role == "replica"' }],
    [{ consistency: 'stale' }, { stale: '1' }],
    [{ consistency: 'consistent' }, { consistent: '1' }],
    [{ consistency: 'default' }, {}],
    [{ maxStale: 3 }, {}],
    [
      { tag: 'a&b', datacenter: 'dc1', partition: 'p', filter: 'ServiceID != "x"', consistency: 'stale' },
      { tag: 'a&b', dc: 'dc1', partition: 'p', filter: 'ServiceID != "x"', stale: '1' },
    ],
  ])('%j', async (query, sent) => {
    const { requests } = await read(query);
    expect(requests()).toHaveLength(1);
    expect(requests()[0]).toMatchObject({ path: '/v1/health/service/rdsproxy', query: sent });
    expect(Object.keys(requests()[0]?.query ?? {}).sort()).toEqual(Object.keys(sent).sort());
    expect(requests()[0]?.headers).not.toHaveProperty('x-consul-namespace');
    expect(requests()[0]?.headers).not.toHaveProperty('x-consul-token');
  });

  it('a namespace, as a header of its own for each record', async () => {
    const server = await startHttpServer(() => ({ body: [ENTRY], headers: HEADERS }));
    const source = consulHealthSource(openAccess({ addresses: [server.url] }));
    for (const namespace of ['team-a', 'team-b', undefined]) {
      await source.read({ service: 'rdsproxy', ...(namespace !== undefined && { namespace }) }, signal);
    }
    expect(server.requests.map(({ headers }) => headers['x-consul-namespace'])).toEqual([
      'team-a',
      'team-b',
      undefined,
    ]);
  });

  it('the token as a header, and with it once when it expires', async () => {
    const { again, all } = await read({}, undefined, SECRET);
    await again();
    expect(all.map(({ path, query }) => [path, query]).sort()).toEqual([
      ['/v1/acl/token/self', {}],
      ['/v1/health/service/rdsproxy', {}],
      ['/v1/health/service/rdsproxy', { index: '7', near: '_agent', wait: '10000ms' }],
    ]);
    expect(all.map(({ headers }) => headers['x-consul-token'])).toEqual([SECRET, SECRET, SECRET]);
    expect(JSON.stringify(all.map(({ path, query, body }) => [path, query, body]))).not.toContain(SECRET);
  });
});

describe('a stale answer', () => {
  const lastContact = (milliseconds: number) => ({
    body: [ENTRY],
    headers: { ...HEADERS, 'x-consul-lastcontact': String(milliseconds) },
  });
  const byConsistency = ({ query }: WireRequest) =>
    query['stale'] === undefined ? lastContact(0) : lastContact(3_000);

  it('that is young enough is taken', async () => {
    const { reading, requests } = await read({ consistency: 'stale', maxStale: 3 }, byConsistency);
    expect(reading).toMatchObject({ instances: [{ address: '10.0.1.1' }] });
    expect(requests()).toHaveLength(1);
  });

  it('that is too old is asked again of the leader, without waiting for a change', async () => {
    const { reading, again, requests } = await read({ consistency: 'stale', maxStale: 2.9 }, byConsistency);
    expect(reading).toMatchObject({ instances: [{ address: '10.0.1.1' }] });
    await again();
    expect(requests().map(({ query }) => query)).toEqual([
      { stale: '1' },
      {},
      { stale: '1', index: '7', near: '_agent', wait: '10000ms' },
      {},
    ]);
  });

  it('of a server that knows no leader is asked again, too', async () => {
    const { reading } = await read({ consistency: 'stale' }, ({ query }) =>
      query['stale'] === undefined
        ? { status: 500, body: 'No cluster leader' }
        : { body: [], headers: { ...HEADERS, 'x-consul-knownleader': 'false' } },
    );
    expect(reading).toMatchObject({ hold: { reason: 'source-suspect', cause: 'no-leader' } });
  });

  it('that nobody asked for is not believed', async () => {
    const { reading, requests } = await read({ maxStale: 2 }, () => lastContact(2_001));
    expect(reading).toMatchObject({ hold: { reason: 'source-suspect', cause: 'stale' } });
    expect(requests()).toHaveLength(1);
  });
});

describe('an answer without instances', () => {
  /** A Consul before 1.11, which says nothing of what it hides, to a token that lacks these rights. */
  const hiding =
    (missing: readonly string[], services: object = { consul: [], rdsproxy: [] }) =>
    ({ path }: WireRequest): WireAnswer => {
      if (path === '/v1/internal/acl/authorize')
        return {
          body: ['service', 'node'].map((Resource) => ({ Resource, Allow: !missing.includes(Resource) })),
        };
      return path === '/v1/catalog/services' ? { body: services } : { body: [], headers: HEADERS };
    };

  it.each<[string, Parameters<typeof hiding>, string | undefined]>([
    ['is believed where nothing is hidden', [[]], undefined],
    ['lacks service:read', [['service']], 'service-read-missing'],
    ['lacks service:read and node:read', [['service', 'node']], 'service-read-missing'],
    ['lacks node:read', [['node']], 'node-read-missing'],
    ['is believed where there is no such service', [['node'], { consul: [] }], undefined],
  ])('%s', async (_, [missing, services], cause) => {
    const { reading } = await read({}, hiding(missing, services), SECRET);
    expect(reading).toMatchObject(cause === undefined ? { instances: [] } : { hold: { cause } });
  });

  // Consul 1.22 says that it filtered, and does not list a service of which every instance is hidden.
  it.each<[string, string | undefined, readonly object[], string]>([
    ['service', SECRET, [], 'service-read-missing'],
    ['node', SECRET, [], 'node-read-missing'],
    ['node', SECRET, [ENTRY], 'node-read-missing'],
    ['node', undefined, [], 'anonymous-empty'],
    ['node', undefined, [ENTRY], 'acl-filtered'],
    ['neither', SECRET, [ENTRY], 'acl-filtered'],
  ])('or with fewer, by its own word, lacks %s:read', async (missing, token, body, cause) => {
    const headers = { ...HEADERS, 'x-consul-results-filtered-by-acls': 'true' };
    const { reading } = await read(
      {},
      (request) =>
        request.path.startsWith('/v1/health/') ? { body, headers } : hiding([missing], {})(request),
      token,
    );
    expect(reading).toMatchObject({ hold: { cause } });
  });

  it('is not explained where Consul does not know the question', async () => {
    const { reading } = await read(
      {},
      ({ path }) =>
        path.includes('/internal/') ? { status: 404, body: 'not found' } : { body: [], headers: HEADERS },
      SECRET,
    );
    expect(reading).toMatchObject({ instances: [] });
  });

  it('is believed without a question where a newer version hides nothing', async () => {
    const { reading, all } = await read(
      {},
      () => ({ body: [], headers: { ...HEADERS, 'x-consul-default-acl-policy': 'deny' } }),
      SECRET,
    );
    expect(reading).toMatchObject({ instances: [] });
    expect(all.filter(({ path }) => path.includes('/internal/'))).toEqual([]);
  });

  it('by a filter is believed, though nodes are hidden in general', async () => {
    const { reading } = await read({ filter: 'Service.Port == 1' }, (request) =>
      request.path.startsWith('/v1/health/') && request.query['filter'] === undefined
        ? { body: [ENTRY], headers: HEADERS }
        : hiding(['node'])(request),
    );
    expect(reading).toMatchObject({ instances: [] });
  });
});

describe('what Consul, or whatever answers in its place, says', () => {
  it('never brings the token into a message', async () => {
    const { reading } = await read(
      {},
      ({ headers }) => ({ status: 403, body: `denied: ${JSON.stringify(headers)}` }),
      SECRET,
    );
    expect(reading).toMatchObject({ hold: { reason: 'source-denied' } });
    expect((reading as Error).message).toContain('(the token)');
    expect((reading as Error).message).not.toContain(SECRET);
  });

  it('names a query that it refuses, and asks no other address for it', async () => {
    const { reading, requests } = await read({ filter: 'nonsense' }, () => ({
      status: 400,
      body: 'Failed to create boolean expression evaluator',
    }));
    expect(reading).toMatchObject({ hold: { reason: 'source-denied', cause: 'query-refused' } });
    expect(requests()).toHaveLength(1);
  });
});
