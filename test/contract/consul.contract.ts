import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import Consul from 'consul';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AgentApi, AgentApiError, agentApi } from '../../emulators/consul/agent-api.ts';
import type { CheckStatus, Consul as Cluster, HealthEntry } from '../../emulators/consul/types.ts';
import { SYNC_WITHIN } from '../support/sync-within.ts';
import { until } from '../support/until.ts';
import { blockingQueries, registerTtl, statuses } from './consul-blocking.contract.ts';

/**
 * What the updater relies on in Consul, asked of any cluster with at least two agents.
 *
 * @param open starts the cluster, or says why it cannot; then every test is skipped with that reason.
 */
export function consulContract(title: string, open: () => Promise<Cluster | { unavailable: string }>): void {
  describe(`Consul contract: ${title}`, () => {
    let cluster: Cluster | { unavailable: string };
    let url: string;
    let first: AgentApi;
    let second: AgentApi;
    let address: string;

    beforeAll(async () => {
      cluster = await open();
      if ('unavailable' in cluster) return;
      const [one, two] = cluster.agents;
      if (!one || !two) throw new Error('the contract needs two agents');
      ({ url, address } = one);
      first = agentApi(one.url);
      second = agentApi(two.url);
    }, 200_000);
    afterAll(async () => {
      if (cluster && 'close' in cluster) await cluster.close();
    });
    beforeEach((context) => {
      if ('unavailable' in cluster) context.skip(cluster.unavailable);
    });

    const register = (name: string, status: CheckStatus, api = first) => registerTtl(api, name, status);

    it('answers an unknown service with 200 and an empty list', async () => {
      const { entries, headers } = await first.health('nobody-has-this');
      expect(entries).toEqual([]);
      expect(headers.get('Content-Type')).toContain('application/json');
    });

    it('shows an instance registered on one agent through every agent, with its node checks', async () => {
      await register('seen', 'passing');
      for (const api of [first, second]) {
        const { entries } = await api.health('seen');
        expect(entries).toHaveLength(1);
        expect(statuses(entries)).toEqual({ serfHealth: 'passing', 'seen-ttl': 'passing' });
        const serf = entries[0]?.Checks.find((check) => check.CheckID === 'serfHealth');
        expect(serf).toMatchObject({ ServiceID: '', ServiceName: '' });
      }
    });

    it('lists instances of several nodes', async () => {
      await register('spread', 'passing', first);
      await register('spread', 'passing', second);
      const { entries } = await first.health('spread');
      expect(new Set(entries.map((entry) => entry.Node.Node)).size).toBe(2);
      expect(new Set(entries.map((entry) => entry.Node.Address)).size).toBe(2);
    });

    it('starts a check as critical unless told otherwise', async () => {
      await first.register({ Name: 'fresh', Check: { TTL: '1h' } });
      expect(statuses((await first.health('fresh')).entries)).toMatchObject({ 'service:fresh': 'critical' });
    });

    it.each(['passing', 'warning', 'critical'] as const)(
      'shows the status %s with its output',
      async (status) => {
        const name = `status-${status}`;
        await register(name, status === 'passing' ? 'critical' : 'passing');
        await first.setStatus(`${name}-ttl`, status, `it is ${status}`);
        const { entries } = await first.health(name);
        const check = entries[0]?.Checks.find((one) => one.CheckID === `${name}-ttl`);
        expect(check).toMatchObject({
          Status: status,
          Output: `it is ${status}`,
          ServiceID: name,
          Type: 'ttl',
        });
      },
    );

    it('lists every check of an instance, and `passing` wants them all', async () => {
      const Checks = (['passing', 'warning'] as const).map((Status) => ({ TTL: '1h', Status }));
      await first.register({ Name: 'mixed', Checks });
      const all = await first.health('mixed');
      expect(statuses(all.entries)).toMatchObject({
        'service:mixed:1': 'passing',
        'service:mixed:2': 'warning',
      });
      expect((await first.health('mixed', { passing: true })).entries).toEqual([]);
      await first.setStatus('service:mixed:2', 'passing');
      expect((await first.health('mixed', { passing: true })).entries).toHaveLength(1);
    });

    it('turns a TTL check critical when nobody reports in time', async () => {
      await first.register({
        Name: 'lapsed',
        Check: { CheckID: 'lapsed-ttl', TTL: '500ms', Status: 'passing' },
      });
      const lapsed = async () =>
        statuses((await first.health('lapsed')).entries)['lapsed-ttl'] === 'critical';
      await until(lapsed, { what: 'a critical check', within: SYNC_WITHIN });
      const { entries } = await first.health('lapsed');
      expect(entries[0]?.Checks.find((check) => check.CheckID === 'lapsed-ttl')?.Output).toBe('TTL expired');
    }, 90_000);

    it('keeps the status of a check that is registered again', async () => {
      await register('again', 'critical');
      await first.setStatus('again-ttl', 'passing');
      await register('again', 'critical');
      expect(statuses((await first.health('again')).entries)).toMatchObject({ 'again-ttl': 'passing' });
    });

    it('puts a service in maintenance through a critical check of that service alone', async () => {
      await register('mended', 'passing');
      await register('beside', 'passing');
      await first.serviceMaintenance('mended', true, 'new disk');
      const { entries } = await first.health('mended');
      const check = entries[0]?.Checks.find((one) => one.CheckID === '_service_maintenance:mended');
      expect(check).toMatchObject({ Status: 'critical', Notes: 'new disk', ServiceID: 'mended' });
      expect(statuses((await first.health('beside')).entries)).not.toHaveProperty(
        '_service_maintenance:mended',
      );
      await first.serviceMaintenance('mended', false);
      expect(Object.keys(statuses((await first.health('mended')).entries)).sort()).toEqual([
        'mended-ttl',
        'serfHealth',
      ]);
    });

    it('puts a node in maintenance through a critical node check of all its services', async () => {
      await register('on-node', 'passing', first);
      await register('on-node', 'passing', second);
      try {
        await first.nodeMaintenance(true, 'moving');
        const { entries } = await first.health('on-node');
        const marked = entries.filter((entry) =>
          entry.Checks.some((one) => one.CheckID === '_node_maintenance'),
        );
        expect(marked.map((entry) => entry.Node.Address)).toEqual([address]);
        const check = marked[0]?.Checks.find((one) => one.CheckID === '_node_maintenance');
        expect(check).toMatchObject({ Status: 'critical', Notes: 'moving', ServiceID: '' });
        expect((await first.health('on-node', { passing: true })).entries).toHaveLength(1);
      } finally {
        await first.nodeMaintenance(false);
      }
      expect((await first.health('on-node', { passing: true })).entries).toHaveLength(2);
    });

    it('forgets a deregistered instance and its checks', async () => {
      await register('leaving', 'passing');
      await first.deregister('leaving');
      expect((await first.health('leaving')).entries).toEqual([]);
      // 404 since Consul 1.11.2: https://github.com/hashicorp/consul/issues/11950
      const refused = await first.setStatus('leaving-ttl', 'passing').catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(AgentApiError);
      expect([404, 500]).toContain((refused as AgentApiError).status);
    });

    it('leaves Service.Address empty when none was given, and Node.Address is then the address', async () => {
      await register('plain', 'passing');
      await first.register({ Name: 'addressed', Address: '10.9.8.7', Port: 3306, Meta: { role: 'reader' } });
      const [plain] = (await first.health('plain')).entries;
      const [addressed] = (await first.health('addressed')).entries;
      expect(plain?.Service.Address).toBe('');
      expect(plain?.Node.Address).toBe(address);
      expect(addressed?.Service).toMatchObject({ Address: '10.9.8.7', Port: 3306, Meta: { role: 'reader' } });
    });

    it('filters by tag without regard to case; several tags must all be there', async () => {
      await first.register({ Name: 'tagged', ID: 'tagged-1', Tags: ['Reader', 'blue'] });
      await first.register({ Name: 'tagged', ID: 'tagged-2', Tags: ['writer'] });
      const ids = async (tag: string) =>
        (await first.health('tagged', { tag })).entries.map((entry) => entry.Service.ID);
      expect(await ids('reader')).toEqual(['tagged-1']);
      expect(await ids('writer')).toEqual(['tagged-2']);
      expect(await ids('green')).toEqual([]);
      const both = await fetch(`${url}/v1/health/service/tagged?tag=blue&tag=writer`);
      expect(await both.json()).toEqual([]);
    });

    it('says in its headers that a leader answered, and at which index', async () => {
      const { headers, index } = await first.health('seen');
      expect(headers.get('X-Consul-KnownLeader')).toBe('true');
      expect(headers.get('X-Consul-LastContact')).toBe('0');
      expect(index).toBeGreaterThan(0);
      const stale = await second.health('seen', { consistency: 'stale' });
      expect(Number(stale.headers.get('X-Consul-LastContact'))).toBeGreaterThanOrEqual(0);
      expect(
        (await second.health('seen', { consistency: 'consistent' })).headers.get('X-Consul-KnownLeader'),
      ).toBe('true');
    });

    blockingQueries(() => ({ first, second }));

    it('answers 500 for a datacenter it does not know, and 400 for what it cannot read', async () => {
      await expect(first.health('seen', { dc: 'elsewhere' })).rejects.toMatchObject({
        status: 500,
        body: 'No path to datacenter',
      });
      const status = async (query: string) => (await fetch(`${url}/v1/health/service/seen?${query}`)).status;
      expect(await status('index=x')).toBe(400);
      expect(await status('wait=x')).toBe(400);
      expect(await status('stale&consistent')).toBe(400);
      expect(await status('passing=maybe')).toBe(400);
    });

    it('refuses registrations that make no sense, with the reason', async () => {
      const refused = (service: object) => expect(first.register(service as { Name: string })).rejects;
      await refused({}).toMatchObject({ status: 400, body: 'Missing service name' });
      await refused({ Name: 'x', Colour: 'red' }).toMatchObject({ status: 400 });
      await refused({ Name: 'x', Check: { Args: ['true'] } }).toMatchObject({ status: 400 });
      await refused({ Name: 'x', Check: { TTL: 'soon' } }).toMatchObject({ status: 400 });
      await refused({ Name: 'x', Check: { TTL: '1h', Status: 'fine' } }).toMatchObject({ status: 400 });
      await expect(first.serviceMaintenance('nobody', true)).rejects.toMatchObject({ status: 404 });
    });

    it('knows its leader and its peers', async () => {
      const peers = await first.peers();
      expect(peers).toHaveLength(2);
      expect(peers).toContain(await second.leader());
    });

    it('lists its nodes, and says of a token that access control is off', async () => {
      const nodes = await fetch(`${url}/v1/catalog/nodes`);
      const names = ((await nodes.json()) as { Node: string }[]).map(({ Node }) => Node);
      expect(names).toEqual(expect.arrayContaining(['consul-1', 'consul-2']));
      const self = await fetch(`${url}/v1/acl/token/self`);
      expect([self.status, await self.text()]).toEqual([
        401,
        expect.stringContaining('ACL support disabled'),
      ]);
    });

    it('serves the consul client, whose held query its context ends', async () => {
      await register('by-client', 'passing');
      const { hostname, port } = new URL(url);
      const client = new Consul({ host: hostname, port: Number(port) });
      try {
        const entries = (await client.health.service({
          service: 'by-client',
          passing: true,
        })) as HealthEntry[];
        expect(entries.map((entry) => entry.Service.ID)).toEqual(['by-client']);
        const { index } = await first.health('by-client');
        const ctx = Object.assign(new EventEmitter(), { canceled: false });
        // The client's types do not have these options, but it sends and obeys them.
        const options = { service: 'by-client', index: String(index), wait: '60s', ctx };
        const held = client.health.service(options);
        const ended = held.then(
          () => 'answered',
          (error: unknown) => String(error),
        );
        expect(await Promise.race([ended, delay(150, 'still held')])).toBe('still held');
        ctx.emit('cancel');
        expect(await ended).toContain('request aborted');
      } finally {
        client.destroy();
      }
    });
  });
}
