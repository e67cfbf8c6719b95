import { expect, it } from 'vitest';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { useWorld } from '../integration/support.ts';
import { openAccess } from '../support/access.ts';
import { startHttpServer } from '../support/http-server.ts';
import { openWindow } from '../support/open-window.ts';
import { until } from '../support/until.ts';

// Since 1.10 Consul answers blocking queries of a service's health from a stream:
// https://developer.hashicorp.com/consul/api-docs/features/blocking#streaming-backend
const world = useWorld();

it('says of no leader in answers from the stream, which one with an order does not come from', async () => {
  await world.register(0, '10.0.1.1');
  const plain = await world.api(0).health('rdsproxy');
  const streamed = await world.api(0).health('rdsproxy', { index: 1, wait: '10s' });
  const ordered = await world.api(0).health('rdsproxy', { index: 1, wait: '10s', near: '_agent' });
  expect(streamed.entries).toEqual(plain.entries);
  expect(ordered.entries).toEqual(plain.entries);
  const said = [plain, streamed, ordered].map(({ headers }) =>
    ['X-Consul-Query-Backend', 'X-Consul-KnownLeader'].map((name) => headers.get(name)),
  );
  // Where this changes, src/consul/endpoint.ts and health-answer.ts may have become simpler.
  expect(said).toEqual([
    ['blocking-query', 'true'],
    ['streaming', 'false'],
    ['blocking-query', 'true'],
  ]);
});

it('is read once for a change, from a server that says who leads', async () => {
  await world.register(0, '10.0.1.1');
  const { url } = world.agent(await world.leader());
  const proxy = await startHttpServer(async ({ path, query }) => {
    const response = await fetch(`${url}${path}?${new URLSearchParams(query)}`);
    const headers = [...response.headers].filter(([name]) => name.startsWith('x-consul-'));
    return { body: await response.json(), headers: Object.fromEntries(headers) };
  });
  const source = consulHealthSource(openAccess({ addresses: [proxy.url] }));
  const { signal } = new AbortController();
  let reading = await source.read({ service: 'rdsproxy' }, signal);
  await world.register(0, '10.0.1.2');
  let reads = 1;
  for (; reading.instances.length < 2; reads++)
    reading = await source.read({ service: 'rdsproxy' }, signal, {
      index: reading.index ?? 0,
      wait: 10_000,
    });
  expect(proxy.requests).toHaveLength(reads);
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
