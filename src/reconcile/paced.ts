import type { RecordName } from '../domain/record-name.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import { tokensOf } from '../plan/batches.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Agenda, Item, Items } from './agenda.ts';

/** Tokens from which the records that wait share requests, one a second. */
const SHARE = 100;
const SECOND = 1_000;

/** The tokens of the revision that each request replaces. */
const REVISION = 2;

/** Milliseconds for which records that wait for answers of Consul are gathered. */
const GATHERING = 100;

/** The records whose changes wait for Route 53's limits, and who is next. Times in milliseconds. */
export interface PacedWork {
  has(name: RecordName): boolean;
  /** Whether it waits for its turn among others, and not just a moment. */
  isQueued(name: RecordName): boolean;
  delete(name: RecordName): void;
  /**
   * Tells what there is room for now, of what can wait and has changes to make; all else always is. The others get their
   * turn behind those that wait already, so that each is looked at, and Consul asked about it, when it can go.
   */
  admit(decisions: readonly Decision[], items: Items, now: number): readonly Decision[];
  /** Puts a record on the agenda for when it is ready. */
  putOff(decision: Decision, items: Items, readyAt: number, now: number): void;
  /** Puts back what waits for its turn, until it is resumed. @returns the other items. */
  leave(items: readonly Item[]): readonly Item[];
  /** When a record that Consul was asked for again is to go on: at once, or with others that wait. */
  goesOnAt(name: RecordName, now: number): number;
}

/** @param dueOf when what waits for its turn goes on that is ready then. */
export function pacedWork(
  todo: Agenda,
  budget: Route53Budget,
  dueOf: (readyAt: number) => number,
): PacedWork {
  /** The tokens that each of them needs; 0 of what does not wait for its turn. */
  const names = new Map<RecordName, number>();
  let gatheredAt = Number.NEGATIVE_INFINITY;

  const isQueued = (name: RecordName) => (names.get(name) ?? 0) > 0;

  function putOff({ setting }: Decision, items: Items, due: number, now: number): void {
    const { name } = setting;
    names.set(name, names.get(name) ?? 0);
    const { since = now, trigger } = items.get(name) ?? {};
    todo.addLater({ name, trigger: trigger === 'retry' ? trigger : 'paced', since, due });
  }

  return {
    has: (name) => names.has(name),
    isQueued,
    delete: (name) => void names.delete(name),
    putOff,
    admit(decisions, items, now) {
      // What failed is tried again as one: which of it is at fault is found by halving.
      const isNew = ({ setting }: Decision) => items.get(setting.name)?.trigger !== 'retry';
      const waiting = decisions.filter((each) => canWait(each) && isNew(each)).sort(inTurn);
      const ahead = [...names].reduce((sum, [name, tokens]) => (items.has(name) ? sum : sum + tokens), 0);
      const later = new Set<Decision>();
      let own = REVISION;
      for (const decision of waiting) {
        own += tokensFor(decision);
        const readyAt = budget.readyAt(now, own, false);
        const isNext = ahead === 0 || names.has(decision.setting.name);
        if (readyAt <= now && isNext) continue;
        later.add(decision);
        const turn = names.has(decision.setting.name) ? readyAt : budget.turnAt(now, ahead + own);
        const isMuch = ahead + own > SHARE;
        names.set(decision.setting.name, isMuch ? tokensFor(decision) : 0);
        putOff(decision, items, isMuch ? dueOf(Math.ceil(turn / SECOND) * SECOND) : turn, now);
      }
      return decisions.filter((decision) => !later.has(decision));
    },
    leave: (items) =>
      items.filter((item) => {
        if (item.trigger !== 'paced' || !isQueued(item.name)) return true;
        todo.postpone(item);
        return false;
      }),
    goesOnAt(name, now) {
      if (!isQueued(name) || names.size === 1) return now;
      if (gatheredAt <= now) gatheredAt = now + GATHERING;
      return gatheredAt;
    },
  };
}

/** The more urgent first, and then neighbours, which are read together. */
function inTurn(left: Decision, right: Decision): number {
  return left.urgency - right.urgency || (left.setting.name < right.setting.name ? -1 : 1);
}

function canWait(decision: Decision): boolean {
  return decision.urgency > 0 && hasWork(decision);
}

function tokensFor({ requests }: Decision): number {
  return tokensOf(requests.flat());
}

/**
 * A decision whose change waited for Route 53's limits until the time was over: that is no failure, as the next invocation
 * goes on, and nobody has to do anything.
 */
export function paced(decision: Decision): Decision {
  return {
    ...decision,
    requests: [],
    verdict: {
      decision: 'hold',
      reason: 'paced',
      message:
        "there is more to change than Route 53's limits allow at once, and the time of this invocation is over",
    },
  };
}

/** The same where it failed for want of time alone; any other decision as it is. */
export function pacedIfOutOfTime(decision: Decision): Decision {
  const { verdict } = decision;
  return verdict.decision === 'fail' && verdict.reason === 'deadline' ? paced(decision) : decision;
}
