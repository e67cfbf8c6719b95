import { expect, it } from 'vitest';
import { EVERY_MINUTE } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { denyingByDefault, makeToken, NODE_READ, SERVICE_READ } from './acl-support.ts';
import { useWorld } from './support.ts';

const world = useWorld({ ...denyingByDefault(), nodes: [{ name: 'consul-1' }] });

// Consul makes no token with a shorter life.
const LIFE = 60_000;

it('tells a token that has expired from one that was deleted', { timeout: 2 * LIFE }, async () => {
  await world.register(0, '10.0.1.1');
  const { secret } = await makeToken(world, `${SERVICE_READ} ${NODE_READ}`, { ExpirationTTL: '60s' });
  const run = world.function({ CONSUL_HTTP_ADDR: world.agent(0).url, CONSUL_HTTP_TOKEN: secret });
  await until(async () => (await run(EVERY_MINUTE)).outcome !== 'held', { what: 'the first pass' });
  const held = await until(
    async () => {
      const ran = await run(EVERY_MINUTE);
      return ran.outcome === 'held' && ran;
    },
    { what: 'the end of the token', within: LIFE + 30_000, every: 2_000 },
  );
  expect(held).toMatchObject({
    ...{ reason: 'source-denied', cause: 'token-expired', inZone: ['10.0.1.1'], changeCalls: 0 },
    message: expect.stringContaining('it has expired'),
  });
  expect(held.report.records[0]?.remedy).toContain('Make a new token');
  // A function that never saw it alive cannot know.
  const fresh = world.function({ CONSUL_HTTP_ADDR: world.agent(0).url, CONSUL_HTTP_TOKEN: secret });
  expect(await fresh(EVERY_MINUTE)).toMatchObject({ reason: 'source-denied', cause: 'token-not-found' });
});
