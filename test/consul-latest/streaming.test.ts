import { expect, it } from 'vitest';
import { useWorld } from '../integration/support.ts';
import { openWindow } from '../support/open-window.ts';
import { until } from '../support/until.ts';

// Since 1.10 Consul answers blocking queries of a service's health from a stream:
// https://developer.hashicorp.com/consul/api-docs/features/blocking#streaming-backend
const world = useWorld();

it('says that no leader is known, also where there is one, in answers from the stream alone', async () => {
  await world.register(0, '10.0.1.1');
  const plain = await world.api(0).health('rdsproxy');
  const blocking = await world.api(0).health('rdsproxy', { index: 1, wait: '10s' });
  expect(blocking.entries).toEqual(plain.entries);
  const said = [plain, blocking].map(({ headers }) =>
    ['X-Consul-Query-Backend', 'X-Consul-KnownLeader'].map((name) => headers.get(name)),
  );
  // Where this changes, src/consul/health-answer.ts may have become simpler.
  expect(said).toEqual([
    ['blocking-query', 'true'],
    ['streaming', 'false'],
  ]);
});

it.each(['leader', 'follower'])('is followed through the window by way of the %s alone', async (role) => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  const leader = await world.leader();
  const { url } = world.agent(role === 'leader' ? leader : 1 - leader);
  const window = await openWindow(world.side, { env: { CONSUL_HTTP_ADDR: url } });
  for (const status of ['critical', 'passing', 'critical'] as const) {
    await world.api(1).setStatus('check-10.0.1.2', status);
    const wanted = status === 'passing' ? 2 : 1;
    await until(() => world.side.published().length === wanted, { what: `the record to follow ${status}` });
  }
  await window.end();
  // Consul was never lost, and every change was one pass.
  expect(window.lines().map(({ wokenBy, reason }) => [wokenBy, reason])).toEqual([
    [['invocation'], undefined],
    [['change'], undefined],
    [['change'], undefined],
    [['change'], undefined],
  ]);
});
