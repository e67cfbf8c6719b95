import fc from 'fast-check';
import { type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import { Facts, type Setting } from './facts.ts';
import type { ModelCommand } from './invoke.ts';
import type { Lane } from './options.ts';
import { Settle } from './settle.ts';
import { World } from './world.ts';

/** What the runs of one test file share: a server, with a zone for each run, and an eye on stray rejections. */
export interface Model {
  readonly route53: Route53Server;
  /** Rejections that nobody handled: in Lambda each would have ended the process. */
  readonly unhandled: readonly unknown[];
  close(): Promise<void>;
}

export async function startModel(): Promise<Model> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  // Each new function has connections of its own; thousands of runs would use up the process's files.
  const route53 = await startRoute53({ idleMs: 5_000 });
  return {
    route53,
    unhandled,
    async close() {
      process.off('unhandledRejection', note);
      await route53.close();
    },
  };
}

/**
 * Runs sequences of the commands, the lanes side by side; each sequence ends with all faults over and the record as it
 * should be.
 *
 * @throws Error with the seed, the path and the shortest sequence that was found to fail.
 */
export async function holdModel(
  { route53, unhandled }: Model,
  lanes: readonly Lane[],
  setting: fc.Arbitrary<Setting>,
  commands: fc.Arbitrary<ModelCommand>[],
  maxCommands: number,
): Promise<void> {
  await Promise.all(
    lanes.map(async ({ parameters, ...replay }) => {
      const sequences = fc.commands(commands, { maxCommands, size: 'max', ...replay });
      const property = fc.asyncProperty(setting, sequences, async (chosen, sequence) => {
        const facts = new Facts(chosen);
        const world = await World.start(facts, route53);
        try {
          await fc.asyncModelRun(() => ({ model: facts, real: world }), sequence);
          await new Settle('warm').run(facts, world);
          const [stray] = unhandled;
          if (stray !== undefined) throw new Error('a rejection was not handled', { cause: stray });
        } finally {
          await world.close();
        }
      });
      // Told at once: in a long run of many files the summary comes late, or never if somebody is impatient.
      await fc.assert(property, parameters).catch((error: unknown) => {
        console.error(String(error));
        throw error;
      });
    }),
  );
}
