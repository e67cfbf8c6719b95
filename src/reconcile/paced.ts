import type { RecordName } from '../domain/record-name.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import { REVISION_TOKENS, tokensOf } from '../plan/batches.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Agenda, Item, Items } from './agenda.ts';

/** Tokens from which the records that wait share requests, one a second. */
const SHARE = 100;
const SECOND = 1_000;

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
  /** Has what waits for its turn wait until then. @returns the other items. */
  leave(items: readonly Item[], due: number): readonly Item[];
  /** When a record that Consul was asked for again is to go on: at once, or with others that wait. */
  goesOnAt(name: RecordName, now: number): number;
}

/** @param dueOf when what waits for its turn goes on that is ready then. */
export function pacedWork(
  todo: Agenda,
  budget: Route53Budget,
  dueOf: (readyAt: number) => number,
): PacedWork {
  /** What each of them needs; no tokens if it does not wait for its turn. */
  const names = new Map<RecordName, { readonly tokens: number; readonly urgency: number }>();
  /** Who had a turn, and may be waiting for an answer of Consul. */
  const admitted = new Set<RecordName>();
  let gatheredAt = Number.NEGATIVE_INFINITY;

  const isQueued = (name: RecordName) => (names.get(name)?.tokens ?? 0) > 0;

  function putOff({ setting }: Decision, items: Items, due: number, now: number): void {
    const { name } = setting;
    names.set(name, names.get(name) ?? { tokens: 0, urgency: 0 });
    const { since = now, trigger } = items.get(name) ?? {};
    todo.addLater({ name, trigger: trigger === 'retry' ? trigger : 'paced', since, due });
  }

  return {
    has: (name) => names.has(name),
    isQueued,
    delete(name) {
      names.delete(name);
      admitted.delete(name);
    },
    putOff,
    admit(decisions, items, now) {
      // What failed is tried again as one: which of it is at fault is found by halving.
      const isNew = ({ setting }: Decision) => items.get(setting.name)?.trigger !== 'retry';
      const waiting = decisions.filter((each) => canWait(each) && isNew(each)).sort(inTurn);
      const others = [...names].flatMap(([name, needs]) => (items.has(name) ? [] : needs));
      // What is as urgent at least, by urgency.
      const aheadOf = [0, 1, 2].map((urgency) =>
        others.reduce((sum, other) => (other.urgency <= urgency ? sum + other.tokens : sum), 0),
      );
      const later = new Set<Decision>();
      let own = REVISION_TOKENS;
      for (const decision of waiting) {
        const { setting, urgency } = decision;
        const isFirst = own === REVISION_TOKENS;
        own += tokensFor(decision);
        const ahead = aheadOf[urgency] ?? 0;
        const isKnown = names.has(setting.name) || admitted.has(setting.name);
        const readyAt = budget.readyAt(now, own, false);
        // A single one may need more than there ever is at once.
        const hasRoom = readyAt <= now && (isFirst || budget.turnAt(now, own) <= now);
        if (hasRoom && (isKnown || ahead === 0)) {
          admitted.add(setting.name);
          continue;
        }
        later.add(decision);
        const turn = isKnown ? readyAt : budget.turnAt(now, ahead + own);
        const isMuch = ahead + own > SHARE;
        names.set(setting.name, { tokens: isMuch ? tokensFor(decision) : 0, urgency });
        putOff(decision, items, isMuch ? dueOf(Math.ceil(turn / SECOND) * SECOND) : turn, now);
      }
      return decisions.filter((decision) => !later.has(decision));
    },
    leave: (items, due) =>
      items.filter((item) => {
        if (item.trigger !== 'paced' || !isQueued(item.name)) return true;
        todo.addLater({ ...item, due });
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
