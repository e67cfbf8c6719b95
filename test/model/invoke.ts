import { setTimeout as delay } from 'node:timers/promises';
import type fc from 'fast-check';
import type { Operation } from '../../emulators/route53/server.ts';
import { context } from '../support/stack.ts';
import type { Act } from './catalog-acts.ts';
import type { Facts } from './facts.ts';
import { beginTrouble, isLasting, isSilent, mustHold } from './trouble.ts';
import { checkReport } from './truth.ts';
import type { World } from './world.ts';

export type ModelCommand = fc.AsyncCommand<Facts, World>;

/** What a run leaves for a last write and its report: an invocation with no more than this has no watch window. */
const RESERVES = 5_000;
/** What it leaves for its report alone. */
const REPORT_RESERVE = 1_000;
/** Milliseconds that a run has for Route 53 where that may never answer. */
const IMPATIENT = 500;

/** How the function is invoked. */
export interface Invocation {
  readonly start: 'warm' | 'cold';
  readonly event: { readonly action?: 'apply' | 'plan'; readonly force?: boolean };
  /** Milliseconds of the watch window after the first pass; 0 for one pass. */
  readonly window: number;
  /** What happens meanwhile, one after the other, each so many milliseconds after the one before. */
  readonly meanwhile: readonly { readonly after: number; readonly act: Act }[];
  /** What somebody else does when the first request of this kind arrives, before it is carried out. */
  readonly interference?: { readonly on: Operation; readonly act: Act };
}

/** Invokes the function once, with the faults that are due; whatever comes of it, the record must be sound. */
export class Invoke implements ModelCommand {
  readonly #how: Invocation;

  constructor(how: Invocation) {
    this.#how = how;
  }

  check(): boolean {
    return true;
  }

  async run(facts: Facts, world: World): Promise<void> {
    const { start, event, window, meanwhile, interference } = this.#how;
    const cutInterference = interference && interfere(world, interference.on, interference.act);
    const endTrouble = await beginTrouble(world);
    world.beginRun();
    const before = { accepted: world.accepted, foreignWrites: world.foreignWrites };
    const held = mustHold(facts.pending);
    const impatient = facts.pending.some(isLasting);
    const time = impatient ? REPORT_RESERVE + IMPATIENT : RESERVES + window;
    const handler = world.handler(start, facts.pending.some(isSilent) ? 'hasty' : 'patient');
    const acts = window > 0 && !impatient ? meanwhile : [];
    const [report] = await Promise.all([handler(event, context(time)), perform(acts, facts, world)]);
    cutInterference?.();
    await endTrouble();
    await world.quiet();
    world.verify();
    if (held && acts.length === 0 && world.accepted > before.accepted)
      throw new Error('something was changed, though Consul gave no answer that may be believed');
    checkReport(world, report, {
      accepted: world.accepted - before.accepted,
      interfered: world.foreignWrites > before.foreignWrites,
    });
  }

  toString(): string {
    const { start, event, window, meanwhile, interference } = this.#how;
    const acts = meanwhile.map(({ after, act }) => `${after} ms later: ${act}`);
    return [
      `${start} run of ${JSON.stringify(event)}`,
      ...(window > 0 ? [`watching ${window} ms`, ...acts] : []),
      ...(interference ? [`at ${interference.on}: ${interference.act}`] : []),
    ].join(', ');
  }
}

async function perform(acts: Invocation['meanwhile'], facts: Facts, world: World): Promise<void> {
  for (const { after, act } of acts) {
    await delay(after);
    await act.perform(facts, world);
  }
}

/** Lets somebody act once, in the middle of a run. The fault itself never strikes. */
function interfere(world: World, operation: Operation, act: Act): () => void {
  let done = false;
  return world.route53.faults.add({
    kind: 'reset',
    operation,
    when: ({ zoneId }) => {
      if (zoneId === world.zone.id && !done) {
        done = true;
        void act.perform(world.facts, world);
      }
      return false;
    },
  });
}
