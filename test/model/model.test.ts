import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Route53Server, startRoute53 } from '../../local/route53/server.ts';
import { everything, setting } from './commands.ts';
import { Facts } from './facts.ts';
import { lanes } from './options.ts';
import { Settle } from './settle.ts';
import { World } from './world.ts';

const LANES = lanes('model', 200, 1, 8);
const TIME = 60_000 + LANES.reduce((sum, { parameters }) => sum + parameters.numRuns * 1_000, 0);

let route53: Route53Server;
beforeAll(async () => {
  route53 = await startRoute53();
});
afterAll(() => route53.close());

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));

it('keeps the record sound, whatever happens', { timeout: TIME }, async () => {
  await Promise.all(
    LANES.map(async ({ parameters, ...replay }) => {
      const commands = fc.commands(everything, { maxCommands: 24, size: 'max', ...replay });
      const property = fc.asyncProperty(setting, commands, async (chosen, sequence) => {
        const facts = new Facts(chosen);
        const world = await World.start(facts, route53);
        try {
          await fc.asyncModelRun(() => ({ model: facts, real: world }), sequence);
          await new Settle('warm').run(facts, world);
          expect(unhandled).toEqual([]);
        } finally {
          await world.close();
        }
      });
      await fc.assert(property, parameters);
    }),
  );
});
