import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { EVERY_MINUTE } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { useWorld } from './support.ts';

// Access control is on, and whoever has no token may read.
const management = randomUUID();
const world = useWorld({
  config: {
    acl: { enabled: true, default_policy: 'allow', tokens: { master: management, agent: management } },
  },
  token: management,
});

it('needs no token under default allow: the record follows, and no instances means that there are none', async () => {
  const run = world.function();
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
  const both = await until(async () => {
    const ran = await run(EVERY_MINUTE);
    return ran.inZone.length === 2 && ran;
  });
  expect(both).toMatchObject({ reason: undefined, inZone: ['10.0.1.1', '10.0.1.2'] });

  await world.api(0).setStatus('check-10.0.1.1', 'critical');
  const one = await until(async () => {
    const ran = await run(EVERY_MINUTE);
    return ran.inZone.length === 1 && ran;
  });
  expect(one).toMatchObject({ reason: undefined, inZone: ['10.0.1.2'] });

  await world.api(0).deregister('10.0.1.1');
  await world.api(1).deregister('10.0.1.2');
  const none = await until(async () => {
    const ran = await run(EVERY_MINUTE);
    return ran.instances.length === 0 && ran;
  });
  expect(none).toMatchObject({
    ...{ outcome: 'held', reason: 'no-healthy-instances', cause: undefined },
    ...{ inZone: ['10.0.1.2'], changeCalls: 0 },
  });
});
