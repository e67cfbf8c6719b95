import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentApi, agentApi } from '../../../emulators/consul/agent-api.ts';
import { type ConsulStandIn, startConsulStandIn } from '../../../emulators/consul/stand-in.ts';
import { until } from '../../support/until.ts';

// What the contract suite cannot ask of a real cluster: the faults, the request log, and the end.
describe('Consul stand-in', () => {
  let consul: ConsulStandIn;
  let url: string;
  let api: AgentApi;
  let other: AgentApi;

  beforeEach(async () => {
    const nodes = [
      { name: 'consul-1', address: '10.0.0.1' },
      { name: 'consul-2', address: '10.0.0.2' },
    ];
    consul = await startConsulStandIn({ nodes, now: () => 1_234 });
    const [one, two] = consul.agents;
    url = one?.url ?? '';
    api = agentApi(url, { timeout: 5_000 });
    other = agentApi(two?.url ?? '');
    await api.register({ Name: 'rdsproxy', Check: { CheckID: 'one', TTL: '1h', Status: 'passing' } });
    await other.register({ Name: 'rdsproxy', Check: { CheckID: 'two', TTL: '1h', Status: 'passing' } });
  });
  afterEach(() => consul.close());

  const health = (query = '') => fetch(`${url}/v1/health/service/rdsproxy${query}`);
  const listed = async () => (await api.health('rdsproxy')).entries.length;

  it('refuses connections while down, and comes back at the same address', async () => {
    await consul.setFault({ kind: 'down' }, { node: 'consul-1' });
    // A connection that fetch kept may be found cut before a new one is refused.
    const refused = () => health().catch((error: { cause: { code: string } }) => error.cause.code);
    await until(async () => (await refused()) === 'ECONNREFUSED', { what: 'a refused connection' });
    expect((await other.health('rdsproxy')).entries).toHaveLength(2);
    await consul.clearFaults();
    expect(await listed()).toBe(2);
  });

  it.each([
    [500, 'rpc error making call: EOF'],
    [403, 'Permission denied'],
    [403, 'ACL not found'],
    [429, 'Your IP is issuing too many concurrent connections, please rate limit your calls'],
  ])('answers %i %s to reads, while writes go on', async (status, body) => {
    await consul.setFault({ kind: 'status', status, body });
    const response = await health();
    expect([response.status, await response.text()]).toEqual([status, body]);
    await api.setStatus('one', 'critical');
    await consul.clearFaults();
    expect((await api.health('rdsproxy', { passing: true })).entries).toHaveLength(1);
  });

  it('answers a web page with 200', async () => {
    await consul.setFault({ kind: 'html' });
    const response = await health();
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/html']);
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it('answers JSON of another shape', async () => {
    await consul.setFault({ kind: 'other-json' });
    expect(await (await health()).json()).toEqual({ services: [] });
    await consul.setFault({ kind: 'other-json', body: [{ Node: null }] });
    expect(await (await health()).json()).toEqual([{ Node: null }]);
  });

  it('cuts the connection in the middle of the body', async () => {
    await consul.setFault({ kind: 'cut' });
    const response = await health();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('hangs without an answer, and ends that on close', async () => {
    await consul.setFault({ kind: 'hang' });
    await expect(
      fetch(`${url}/v1/health/service/rdsproxy`, { signal: AbortSignal.timeout(100) }),
    ).rejects.toThrow('timeout');
    const hanging = health().catch((error: unknown) => error);
    await until(() => consul.requests.filter((request) => request.method === 'GET').length === 2);
    await consul.close();
    expect(await hanging).toBeInstanceOf(TypeError);
  });

  it('answers late', async () => {
    await consul.setFault({ kind: 'slow', ms: 120 });
    const began = performance.now();
    expect(await listed()).toBe(2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(115);
  });

  it('has no leader: an error, but for stale reads', async () => {
    await consul.setFault({ kind: 'no-leader', how: 'error' });
    const response = await health();
    expect([response.status, await response.text()]).toEqual([500, 'No cluster leader']);
    expect((await health('?consistent')).status).toBe(500);
    const stale = await health('?stale');
    expect([stale.status, stale.headers.get('X-Consul-KnownLeader')]).toEqual([200, 'false']);
    expect(await api.leader()).toBe('');
  });

  it('has no leader: only the header says so', async () => {
    await consul.setFault({ kind: 'no-leader', how: 'header' });
    const response = await health();
    expect([response.status, response.headers.get('X-Consul-KnownLeader')]).toEqual([200, 'false']);
  });

  it('answers from a follower that is behind', async () => {
    await consul.setFault({ kind: 'stale', lastContact: 12_000 });
    expect((await health()).headers.get('X-Consul-LastContact')).toBe('12000');
  });

  it('leaves out what an ACL hides, and says so', async () => {
    await consul.setFault({ kind: 'acl-filtered', keep: 1 });
    expect((await health()).headers.get('X-Consul-Results-Filtered-By-ACLs')).toBe('true');
    expect(await listed()).toBe(1);
    await consul.setFault({ kind: 'acl-filtered' });
    expect(await listed()).toBe(0);
    await consul.clearFaults();
    expect((await health()).headers.has('X-Consul-Results-Filtered-By-ACLs')).toBe(false);
  });

  it('denies by default: nothing for nobody, all for the token, 403 for another', async () => {
    await consul.setFault({ kind: 'default-deny', token: 'reader' });
    const anonymous = await health();
    expect(anonymous.headers.get('X-Consul-Default-ACL-Policy')).toBe('deny');
    expect(await anonymous.json()).toEqual([]);
    expect((await api.health('rdsproxy', { token: 'reader' })).entries).toHaveLength(2);
    await expect(api.health('rdsproxy', { token: 'other' })).rejects.toMatchObject({
      status: 403,
      body: 'ACL not found',
    });
    const bearer = { headers: { Authorization: 'Bearer reader' } };
    expect(await (await fetch(`${url}/v1/health/service/rdsproxy`, bearer)).json()).toHaveLength(2);
  });

  it('hides without a word, as Consul 1.8 does', async () => {
    await consul.setFault({ kind: 'acl-filtered', keep: 1, silent: true });
    const filtered = await health();
    expect(filtered.headers.has('X-Consul-Results-Filtered-By-ACLs')).toBe(false);
    expect(await filtered.json()).toHaveLength(1);
    await consul.setFault({ kind: 'default-deny', token: 'reader', silent: true });
    const anonymous = await health();
    expect(anonymous.headers.has('X-Consul-Default-ACL-Policy')).toBe(false);
    expect(await anonymous.json()).toEqual([]);
  });

  it('lets the index go backwards and count on from there', async () => {
    const { index } = await api.health('rdsproxy');
    await consul.setFault({ kind: 'index-reset', index: 0 });
    expect((await api.health('rdsproxy')).index).toBe(0);
    await consul.setFault({ kind: 'index-reset', index: index - 2 });
    expect((await api.health('rdsproxy')).index).toBe(index - 2);
    await api.setStatus('one', 'warning');
    expect((await api.health('rdsproxy')).index).toBe(index - 1);
  });

  it('answers an empty list for a service that has instances', async () => {
    await consul.setFault({ kind: 'empty' });
    expect(await (await health()).json()).toEqual([]);
  });

  it('lets several faults strike together, and one of a kind replace the other', async () => {
    await consul.setFault({ kind: 'empty' });
    await consul.setFault({ kind: 'stale', lastContact: 1 });
    await consul.setFault({ kind: 'stale', lastContact: 2 });
    const response = await health();
    expect([response.headers.get('X-Consul-LastContact'), await response.json()]).toEqual(['2', []]);
  });

  it('lets a fault strike a query that is held', async () => {
    const { index } = await api.health('rdsproxy');
    const held = api.health('rdsproxy', { index, wait: '60s' });
    await until(() => consul.requests.some((request) => request.query['index']));
    await consul.setFault({ kind: 'empty' }, { node: 'consul-1' });
    expect((await held).entries).toEqual([]);
    expect((await other.health('rdsproxy')).entries).toHaveLength(2);
  });

  it('shows a dead agent through its serfHealth check', async () => {
    consul.setSerfHealth('consul-2', 'critical');
    const { entries } = await api.health('rdsproxy');
    expect(entries.map((entry) => entry.Checks[0])).toMatchObject([
      { CheckID: 'serfHealth', Status: 'passing', Output: 'Agent alive and reachable' },
      { CheckID: 'serfHealth', Status: 'critical', Output: 'Agent not live or unreachable' },
    ]);
  });

  it('takes nodes and services straight into the catalog', async () => {
    const put = (path: string, body: object) =>
      fetch(url + path, { method: 'PUT', body: JSON.stringify(body) });
    const Check = { CheckID: 'ext', Name: 'ext', Status: 'passing', ServiceID: 'ext' };
    const Service = { ID: 'ext', Service: 'external', Port: 80 };
    await put('/v1/catalog/register', { Node: 'outside', Address: '10.0.0.9', Service, Check });
    expect((await api.health('external')).entries).toMatchObject([
      {
        Node: { Node: 'outside', Address: '10.0.0.9' },
        Service: { ID: 'ext', Port: 80 },
        Checks: [{ CheckID: 'ext' }],
      },
    ]);
    expect(await (await fetch(`${url}/v1/catalog/services`)).json()).toEqual({ external: [], rdsproxy: [] });
    await put('/v1/catalog/deregister', { Node: 'outside' });
    expect((await api.health('external')).entries).toEqual([]);
  });

  it('refuses what it cannot honour rather than ignore it', async () => {
    expect((await health('?filter=Node.Node==x')).status).toBe(400);
    expect((await fetch(`${url}/v1/kv/a`)).status).toBe(404);
    expect((await fetch(`${url}/v1/health/service/rdsproxy`, { method: 'PUT' })).status).toBe(405);
    await expect(consul.setFault({ kind: 'empty' }, { node: 'nobody' })).rejects.toThrow('no node nobody');
  });

  it('logs every request with its agent and time', async () => {
    consul.requests.length = 0;
    await api.health('rdsproxy', { tag: 'reader', token: 'secret' });
    expect(consul.requests).toMatchObject([
      {
        agent: 'consul-1',
        method: 'GET',
        path: '/v1/health/service/rdsproxy',
        query: { tag: 'reader' },
        headers: { 'x-consul-token': 'secret' },
        at: 1_234,
      },
    ]);
  });

  it('ends held queries at once on close', async () => {
    const { index } = await api.health('rdsproxy');
    const held = api.health('rdsproxy', { index, wait: '10m' }).catch((error: unknown) => error);
    await until(() => consul.requests.some((request) => request.query['index']));
    const began = performance.now();
    await consul.close();
    expect(await held).toBeInstanceOf(TypeError);
    expect(performance.now() - began).toBeLessThan(1_000);
    await consul.close();
  });
});
