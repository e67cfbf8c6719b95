import type { Address } from '../domain/address.ts';
import type { RecordName } from '../domain/record-name.ts';
import { backoff } from '../pacing/backoff.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Clock } from '../ports.ts';
import { additionLimit } from './addition-limit.ts';
import type { Agenda } from './agenda.ts';
import { departures } from './departures.ts';

/** Milliseconds until a record that failed is tried again; the SDK has tried several times by then. */
const RETRY = { base: 1_000, most: 10_000 };

/** What follows from decisions that were carried out, for the rest of the window. */
export interface FollowUps {
  /** What a decision about a record must know of those before it. */
  knownOf(name: RecordName): { readonly delayed: ReadonlySet<Address>; readonly departed: number };
  /**
   * Notes a decision as it was carried out, and puts on the agenda what comes of it: the next try of what failed, and of
   * an addition that was delayed.
   *
   * @param since when what it was about became known, in milliseconds.
   * @param isInDoubt whether its answer could not be confirmed, and is to be asked for again.
   */
  note(decision: Decision, since: number, isInDoubt: boolean): void;
}

export function followUps(
  todo: Agenda,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): FollowUps {
  const additions = additionLimit();
  const departed = departures();
  const failures = new Map<RecordName, number>();
  // Once for all: what failed in one request comes back in one.
  const luck = random();
  return {
    knownOf: (name) => ({
      delayed: additions.delayed(name, clock.now()).addresses,
      departed: departed.of(name),
    }),
    note(decision, since, isInDoubt) {
      const now = clock.now();
      const { name } = decision.setting;
      if (hasWork(decision)) {
        departed.note(decision);
        for (const { desired, published } of decision.lines)
          for (const address of desired ?? [])
            if (!published?.includes(address)) additions.added(name, address, now);
      }
      if (decision.instances.some((instance) => instance.decision === 'delayed'))
        todo.addLater({ name, trigger: 'addition-due', since, due: additions.delayed(name, now).until });
      if (decision.verdict.decision === 'fail' || isInDoubt) {
        const count = (failures.get(name) ?? 0) + 1;
        failures.set(name, count);
        todo.addLater({ name, trigger: 'retry', since, due: now + backoff(count, RETRY, luck) });
      } else failures.delete(name);
    },
  };
}
