import type { RecordName } from '../domain/record-name.ts';
import { backoff } from '../pacing/backoff.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Delays } from '../plan/settle.ts';
import type { Clock } from '../ports.ts';
import { additionLimit } from './addition-limit.ts';
import type { Agenda } from './agenda.ts';

/** Milliseconds until a record that failed is tried again; the SDK has tried several times by then. */
const RETRY = { base: 1_000, most: 10_000 };

/** What follows from decisions that were carried out, for the rest of the window. */
export interface FollowUps {
  /** What is not to be done to a record yet, as it was done so often before. */
  delaysOf(name: RecordName): Delays;
  /**
   * Notes a decision as it was carried out, and puts on the agenda what comes of it: the next try of what failed, what was
   * put off, and the end of a hold.
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
  const failures = new Map<RecordName, number>();
  // Once for all: what failed in one request comes back in one.
  const luck = random();
  return {
    delaysOf: (name) => additions.delaysOf(name, clock.now()),
    note(decision, since, isInDoubt) {
      const now = clock.now();
      const { name } = decision.setting;
      if (hasWork(decision)) {
        const added = decision.lines.flatMap(({ after, published }) =>
          (after ?? []).filter((address) => !published?.includes(address)),
        );
        if (added.length > 0 || decision.registration.length > 0) additions.note(name, added, now);
      }
      if (decision.isPutOff)
        todo.addLater({ name, trigger: 'addition-due', since, due: additions.delaysOf(name, now).until });
      if (decision.lookAgainAt !== undefined) {
        const due = now + Math.max(0, decision.lookAgainAt - clock.epoch());
        todo.addLater({ name, trigger: 'hold-over', since: due, due });
      }
      if (decision.verdict.decision === 'fail' || isInDoubt) {
        const count = (failures.get(name) ?? 0) + 1;
        failures.set(name, count);
        todo.addLater({ name, trigger: 'retry', since, due: now + backoff(count, RETRY, luck) });
      } else failures.delete(name);
    },
  };
}
