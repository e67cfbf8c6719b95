import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import { Facts, type PendingFault } from './facts.ts';
import { Invoke } from './invoke.ts';
import { SERVICE } from './oracle.ts';
import { CONSUL_FAULTS, describeTrouble, mustHold } from './trouble.ts';
import { World } from './world.ts';

let route53: Route53Server;
beforeAll(async () => {
  route53 = await startRoute53();
});
afterAll(() => route53.close());

const troubles = Object.values(CONSUL_FAULTS)
  .flat()
  .map((fault): PendingFault => ({ on: 'consul', fault, runs: 1 }));
const address = '10.0.0.1';

// The run itself complains if it changes something where the oracle says that it must hold. With an instance to
// publish, it does so for each kind that the oracle misjudges, every time.
it.each(troubles.map((trouble) => [describeTrouble(trouble), trouble] as const))(
  'the oracle demands a hold only where the function owes one: %s',
  async (_, trouble) => {
    const facts = new Facts({ routing: 'multivalue', minHealthy: 1, onConflict: 'refuse' });
    const world = await World.start(facts, route53);
    try {
      facts.set({ node: 'consul-1', id: 'a', address });
      await world.agent('consul-1').register({ Name: SERVICE, ID: 'a', Address: address, Port: 3306 });
      facts.pending.push(trouble);
      await new Invoke({ start: 'cold', event: {}, window: 0, meanwhile: [] }).run(facts, world);
    } finally {
      await world.close();
    }
  },
);

it('the oracle demands a hold where no agent can be believed, and only there', () => {
  const down = { on: 'consul', fault: { kind: 'down' }, runs: 1 } as const;
  expect(mustHold([down])).toBe(true);
  expect(mustHold([{ ...down, node: 'consul-1' }])).toBe(false);
  expect(mustHold([])).toBe(false);
});
