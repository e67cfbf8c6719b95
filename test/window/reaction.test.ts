import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import { type RealConsul, startConsulCluster } from '../../emulators/real-consul/real-consul.ts';
import { realConsul } from '../real-parts/consul.ts';
import { context, EVERY_MINUTE, NAME, type Route53Side, startRoute53Side } from '../support/stack.ts';
import { until } from '../support/until.ts';

const FLIPS = 50;

let side: Route53Side;
let consul: RealConsul | undefined;
let unavailable = '';
beforeAll(async () => {
  side = await startRoute53Side();
  const binary = await realConsul();
  if ('unavailable' in binary) unavailable = binary.unavailable;
  else consul = await startConsulCluster({ binary });
}, 180_000);
afterAll(async () => void (await Promise.all([side.close(), consul?.close()])));

const instances = ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'] as const;

it(`follows ${FLIPS} health flips of a real Consul in one window`, { timeout: 60_000 }, async ({ skip }) => {
  if (!consul) return skip(unavailable);
  const [agent] = consul.agents;
  const api = agentApi(agent?.url ?? '');
  for (const address of instances) {
    await api.register({
      ...{ Name: 'rdsproxy', ID: address, Address: address, Port: 3306 },
      Check: { CheckID: `check-${address}`, TTL: '10m', Status: 'passing' },
    });
  }
  await until(
    async () => (await api.health('rdsproxy', { passing: true })).entries.length === instances.length,
  );
  const accepted: number[] = [];
  side.route53.onChange(() => accepted.push(performance.now()));

  const handler = side.function({
    CONSUL_HTTP_ADDR: consul.agents.map(({ url }) => url).join(),
    WATCH_SECONDS: '12',
  });
  const run = handler(EVERY_MINUTE, context(45_000));
  await until(() => side.published().length === instances.length);

  const lags: number[] = [];
  const up = new Set<string>(instances);
  for (let flip = 0; flip < FLIPS; flip++) {
    const address = instances[Math.floor(flip / 2) % instances.length] ?? '';
    const failing = up.has(address);
    const before = accepted.length;
    // The agent's time of the update: its answer comes once the check is set, on its way into the catalog.
    await api.setStatus(`check-${address}`, failing ? 'critical' : 'passing');
    const updated = performance.now();
    if (failing) up.delete(address);
    else up.add(address);
    const acceptedAt = await until(() => accepted[before], { what: `flip ${flip} of ${address}` });
    lags.push((acceptedAt ?? Number.NaN) - updated);
    expect(side.published()).toEqual([...up].sort());
  }
  const sorted = lags.sort((a, b) => a - b);
  const at = (quantile: number) => Math.round(sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN);
  console.log(`reaction to ${FLIPS} flips: median ${at(0.5)} ms, p99 ${at(0.99)} ms, maximum ${at(1)} ms`);
  expect((await run).records).toMatchObject([{ name: NAME, published: [...up].sort() }]);
});
