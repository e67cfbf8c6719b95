import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { AgentApi } from '../../emulators/consul/agent-api.ts';
import type { CheckStatus, HealthEntry } from '../../emulators/consul/types.ts';

/** Registers one instance with one TTL check of id `<name>-ttl`. */
export function registerTtl(api: AgentApi, name: string, status: CheckStatus): Promise<void> {
  return api.register({ Name: name, Check: { CheckID: `${name}-ttl`, TTL: '1h', Status: status } });
}

/** The status of each check, by its id. */
export function statuses(entries: HealthEntry[]): Record<string, CheckStatus> {
  return Object.fromEntries(
    entries.flatMap((entry) => entry.Checks).map((check) => [check.CheckID, check.Status]),
  );
}

/**
 * The part of the Consul contract about indexes and blocking queries, which the watch window stands on.
 *
 * @param agents asked when a test runs: two agents of one cluster.
 */
export function blockingQueries(agents: () => { first: AgentApi; second: AgentApi }): void {
  it('raises the index with every change and only then', async () => {
    const { first } = agents();
    await registerTtl(first, 'counted', 'passing');
    const indexes = [(await first.health('counted')).index];
    const note = async () => indexes.push((await first.health('counted')).index);
    await first.setStatus('counted-ttl', 'critical');
    await note();
    await first.serviceMaintenance('counted', true);
    await note();
    await first.deregister('counted');
    await note();
    await registerTtl(first, 'counted', 'passing');
    await note();
    expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
    await first.setStatus('counted-ttl', 'passing', '');
    expect((await first.health('counted')).index).toBe(indexes.at(-1));
  });

  it('holds a blocking query until its service changes, through either agent', async () => {
    const { first, second } = agents();
    await registerTtl(first, 'watched', 'passing');
    const { index } = await first.health('watched');
    const held = [first, second].map((api) => api.health('watched', { index, wait: '60s' }));
    expect(await Promise.race([...held, delay(150, 'still held')])).toBe('still held');
    await first.setStatus('watched-ttl', 'critical');
    for (const answer of await Promise.all(held)) {
      expect(statuses(answer.entries)).toMatchObject({ 'watched-ttl': 'critical' });
      expect(answer.index).toBeGreaterThan(index);
    }
  });

  it('does not wake a blocking query for another service', async () => {
    const { first } = agents();
    await registerTtl(first, 'calm', 'passing');
    await registerTtl(first, 'busy', 'passing');
    const { index } = await first.health('calm');
    const held = first.health('calm', { index, wait: '60s' });
    await first.setStatus('busy-ttl', 'critical');
    expect(await Promise.race([held, delay(150, 'still held')])).toBe('still held');
    await first.setStatus('calm-ttl', 'warning');
    expect((await held).index).toBeGreaterThan(index);
  });

  it('answers a blocking query unchanged when its wait ends, at most a sixteenth later', async () => {
    const { first } = agents();
    await registerTtl(first, 'quiet', 'passing');
    const { index } = await first.health('quiet');
    const began = performance.now();
    const answer = await first.health('quiet', { index, wait: '320ms' });
    const took = performance.now() - began;
    expect(answer.index).toBe(index);
    expect(answer.entries).toHaveLength(1);
    expect(took).toBeGreaterThanOrEqual(315);
    // 20 ms of jitter; the rest is a busy machine's.
    expect(took).toBeLessThan(3_000);
  });

  it('holds a blocking query for a service that nobody has registered yet', async () => {
    const { first } = agents();
    const { index } = await first.health('awaited');
    expect(index).toBeGreaterThan(0);
    const held = first.health('awaited', { index, wait: '60s' });
    expect(await Promise.race([held, delay(150, 'still held')])).toBe('still held');
    await registerTtl(first, 'awaited', 'passing');
    expect((await held).entries).toHaveLength(1);
  });

  it('does not hold a query at index 0 or at an index that is past', async () => {
    const { first } = agents();
    await registerTtl(first, 'past', 'passing');
    const { index } = await first.health('past');
    for (const old of [0, index - 1]) {
      expect((await first.health('past', { index: old, wait: '60s' })).index).toBe(index);
    }
  });
}
