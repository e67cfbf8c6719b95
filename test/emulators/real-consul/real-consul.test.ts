import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentApi } from '../../../emulators/consul/agent-api.ts';
import type { HealthEntry } from '../../../emulators/consul/types.ts';
import type { ConsulBinary } from '../../../emulators/real-consul/find.ts';
import {
  type RealConsul,
  type RealNode,
  startConsulCluster,
} from '../../../emulators/real-consul/real-consul.ts';
import { realConsul } from '../../real-parts/consul.ts';
import { until } from '../../support/until.ts';

// What only a real cluster does: run check scripts, notice a dead agent, lose its leader.
describe('real Consul cluster', () => {
  let binary: ConsulBinary | { unavailable: string };
  beforeAll(async () => {
    binary = await realConsul();
  }, 200_000);

  /** Runs a body with a cluster, or skips the test with the reason why there is no Consul. */
  function withCluster(nodes: RealNode[] | undefined, body: (consul: RealConsul) => Promise<void>) {
    return async (context: { skip: (reason: string) => void }) => {
      if ('unavailable' in binary) return context.skip(binary.unavailable);
      const consul = await startConsulCluster(nodes ? { binary, nodes } : { binary });
      try {
        await body(consul);
      } finally {
        await consul.close();
      }
    };
  }

  const statusOf = (entries: HealthEntry[], checkId: string) =>
    entries.flatMap((entry) => entry.Checks).find((check) => check.CheckID === checkId)?.Status;

  it(
    'reads exit code 0 as passing, 1 as warning and any other as critical',
    withCluster(undefined, async ({ agents: [agent] }) => {
      const api = agentApi(agent?.url ?? '');
      const Checks = [0, 1, 2, 255].map((code) => ({
        CheckID: `exit-${code}`,
        Args: ['sh', '-c', `echo ran; exit ${code}`],
        Interval: '1s',
        // Not the status it will have, so that the script must have run.
        Status: code === 0 ? ('critical' as const) : ('passing' as const),
      }));
      await api.register({ Name: 'scripted', Checks });
      const ran = async () => {
        const { entries } = await api.health('scripted');
        const own = entries.flatMap((entry) => entry.Checks).filter((check) => check.ServiceID !== '');
        return own.length === 4 && own.every((check) => check.Output.includes('ran'));
      };
      await until(ran, { what: 'a run of every script', within: 40_000 });
      const { entries } = await api.health('scripted');
      const wanted = {
        'exit-0': 'passing',
        'exit-1': 'warning',
        'exit-2': 'critical',
        'exit-255': 'critical',
      };
      for (const [checkId, status] of Object.entries(wanted)) expect(statusOf(entries, checkId)).toBe(status);
    }),
  );

  it(
    'finds a killed agent critical, and passing again when it is back',
    withCluster(
      [{ name: 'server-1' }, { name: 'server-2' }, { name: 'client', server: false }],
      async ({ agents: [server, , client] }) => {
        if (!server || !client) throw new Error('three agents were asked for');
        const api = agentApi(server.url);
        const Check = { CheckID: 'own', TTL: '1h', Status: 'passing' as const };
        await agentApi(client.url).register({ Name: 'on-client', Check });
        const serf = async () => statusOf((await api.health('on-client')).entries, 'serfHealth');
        expect(await serf()).toBe('passing');

        await client.kill();
        expect(client.pid).toBeUndefined();
        await until(async () => (await serf()) === 'critical', { what: 'serfHealth critical' });
        expect(statusOf((await api.health('on-client')).entries, 'own')).toBe('passing');
        expect((await api.health('on-client', { passing: true })).entries).toEqual([]);

        await client.start();
        await until(async () => (await serf()) === 'passing', { what: 'serfHealth passing' });
      },
    ),
  );

  it(
    'takes the services of a stopped agent out of the catalog',
    withCluster(
      [{ name: 'server-1' }, { name: 'server-2' }, { name: 'client', server: false }],
      async ({ agents: [server, , client] }) => {
        if (!server || !client) throw new Error('three agents were asked for');
        const api = agentApi(server.url);
        await agentApi(client.url).register({ Name: 'on-client' });
        expect((await api.health('on-client')).entries).toHaveLength(1);
        await client.stop();
        expect((await api.health('on-client')).entries).toEqual([]);
        await client.start();
        await until(async () => (await api.health('on-client')).entries.length === 1, {
          what: 'the service back',
        });
      },
    ),
  );

  it(
    'answers 500 without its leader, to held queries at once or not at all, and recovers when it returns',
    withCluster(undefined, async ({ agents }) => {
      const host = await agentApi(agents[0]?.url ?? '').leader();
      const leader = agents.find(({ address }) => host.startsWith(`${address}:`));
      const follower = agents.find((agent) => agent !== leader);
      if (!leader || !follower) throw new Error('the leader is none of the agents');
      const api = agentApi(follower.url);
      await api.register({ Name: 'left-alone' });
      // The streaming backend of newer versions holds queries over a view of its own, leader or not:
      // https://developer.hashicorp.com/consul/api-docs/features/blocking#streaming-backend
      const { headers } = await api.health('left-alone', { index: 1, wait: '10ms' });
      const streams = headers.get('X-Consul-Query-Backend') === 'streaming';
      let held: Promise<unknown> = Promise.resolve();
      const isHeld = async () => {
        const { index } = await api.health('left-alone');
        held = api.health('left-alone', { index, wait: '60s' }).catch((error: unknown) => error);
        return (await Promise.race([held, delay(100, 'still held')])) === 'still held';
      };
      // What else is told of its node, which is new, wakes a query for nothing.
      await until(isHeld, { what: 'a query that is held' });

      await leader.kill();
      if (!streams) expect(await held).toMatchObject({ status: 500 });
      await expect(api.health('left-alone')).rejects.toMatchObject({ status: 500 });
      const response = await fetch(`${follower.url}/v1/health/service/left-alone`);
      // Newer versions leave it out of answers that are errors.
      expect(response.headers.get('X-Consul-KnownLeader')).not.toBe('true');
      const leaderless = () =>
        api.health('left-alone').then(
          () => '',
          (error: { body: string }) => error.body,
        );
      await until(async () => (await leaderless()).includes('No cluster leader'), {
        what: 'No cluster leader',
      });
      expect((await api.health('left-alone', { consistency: 'stale' })).entries).toHaveLength(1);

      await leader.start();
      await until(async () => (await api.health('left-alone')).entries.length === 1, { what: 'a leader' });
      if (!streams) return;
      await api.register({ Name: 'left-alone', Tags: ['found'] });
      expect(await held).toMatchObject({ entries: [{ Service: { Tags: ['found'] } }] });
    }),
  );

  it('runs clusters side by side, and leaves no process and no file behind', async (context) => {
    if ('unavailable' in binary) return context.skip(binary.unavailable);
    const folder = await ownTemporaryFolder();
    const [one, two] = await Promise.all([startConsulCluster({ binary }), startConsulCluster({ binary })]);
    const pids = [...one.agents, ...two.agents].map(({ pid }) => pid ?? 0);
    try {
      await agentApi(one.agents[0]?.url ?? '').register({ Name: 'only-here' });
      expect((await agentApi(two.agents[0]?.url ?? '').health('only-here')).entries).toEqual([]);
      expect(two.version).toBe(binary.version);
      for (const pid of pids) expect(process.kill(pid, 0)).toBe(true);
      expect(await readdir(folder)).toHaveLength(2);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await readdir(folder)).toEqual([]);
    await one.close();
  });

  it('takes more configuration, and a token to see through its ACLs', async (context) => {
    if ('unavailable' in binary) return context.skip(binary.unavailable);
    const token = randomUUID();
    const acl = { enabled: true, default_policy: 'deny', tokens: { master: token, agent: token } };
    const consul = await startConsulCluster({ binary, config: { acl }, token });
    try {
      const url = consul.agents[0]?.url ?? '';
      await agentApi(url, { token }).register({ Name: 'hidden', Address: '10.0.0.1' });
      expect((await agentApi(url, { token }).health('hidden')).entries).toHaveLength(1);
      expect((await agentApi(url).health('hidden')).entries).toEqual([]);
      await expect(agentApi(url, { token: randomUUID() }).health('hidden')).rejects.toMatchObject({
        status: 403,
        body: expect.stringContaining('ACL not found'),
      });
    } finally {
      await consul.close();
    }
  });

  it('says why it did not start, with the log, and leaves nothing behind', async (context) => {
    if ('unavailable' in binary) return context.skip(binary.unavailable);
    const folder = await ownTemporaryFolder();
    const nodes = [{ name: 'same' }, { name: 'same' }];
    // Two nodes of one name can make no cluster.
    await expect(startConsulCluster({ binary, nodes, within: 2_000 })).rejects.toThrow(/same.*\n--- same/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that a binary does not start', async () => {
    const folder = await ownTemporaryFolder();
    const broken = { bin: '/nonexistent/consul', version: '0' };
    await expect(startConsulCluster({ binary: broken })).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual([]);
  });

  /** A folder that temporary files of this test go to. */
  async function ownTemporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'real-test-'));
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    });
    return folder;
  }
});
