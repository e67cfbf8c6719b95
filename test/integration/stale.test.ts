import { expect, it, vi } from 'vitest';
import { EVERY_MINUTE } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { type Ran, useWorld } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

// Servers that answer from their own copy, as operators configure it for service discovery at a large scale.
const world = useWorld({ config: { discovery_max_stale: '1h' } });

it('believes a copy while its server hears from a leader, and holds the record once there is none', async () => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  const leader = await world.leader();
  const url = world.agent(1 - leader).url;
  const run = world.function({ CONSUL_HTTP_ADDR: url });
  // The copy is a moment behind.
  const first = await until(async () => {
    const ran = await run();
    return ran.inZone.length === 2 && ran;
  });
  expect(first).toMatchObject({ reason: undefined, inZone: ['10.0.1.1', '10.0.1.2'] });
  const { headers } = await fetch(`${url}/v1/health/service/rdsproxy`);
  expect(headers.get('X-Consul-Effective-Consistency')).toBe('stale');

  await world.agent(leader).kill();
  const runs: Ran[] = [];
  await until(async () => runs.push(await run(EVERY_MINUTE)) && runs.at(-1)?.outcome === 'held');
  for (const ran of runs) expect(ran).toMatchObject({ inZone: ['10.0.1.1', '10.0.1.2'], changeCalls: 0 });
  expect(runs.at(-1)).toMatchObject({
    reason: 'source-suspect',
    message: `Consul at ${url} has no leader, so its answer may be out of date; kept 10.0.1.1, 10.0.1.2.`,
    instances: [],
  });
});
