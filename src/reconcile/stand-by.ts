import type { Decision } from '../plan/decide.ts';
import type { Clock } from '../ports.ts';
import type { Agenda, Items } from './agenda.ts';
import type { ZoneKnowledge } from './zone-knowledge.ts';

/** Milliseconds after which the next invocation is due. */
const FROM = 60_000;

/**
 * Milliseconds of lateness for which news wait one more for the next one to act, and how many at most: the longer it is due,
 * the likelier is it there. So often it is looked at most whether it has.
 */
const WAIT = { each: 50, most: 300 };

/** Milliseconds after news for which another writer that is at work has the precedence. */
const GIVE_WAY = 600;

/** Milliseconds for which what waits for Route 53's limits waits for the next one to take it over. */
const REST = 10_000;

/** Milliseconds for which another writer that was met counts as being at work. */
const AT_WORK = 5_000;

/** The last part of a window, in which the next invocation acts first, if there is one. Times in milliseconds. */
export interface StandBy {
  isOn(now: number): boolean;
  /** When news are looked at. */
  newsDue(now: number): number;
  /** When what waits for Route 53's limits goes on, which is ready then. */
  pacedDue(readyAt: number): number;
  /** Until when another writer is likely to be at work: the next invocation, which has the same to do. */
  readonly metUntil: number;
  /** Puts off what another writer is at work on: two who make the same changes at a time keep each other from it. */
  giveWay(decisions: readonly Decision[], items: Items): readonly Decision[];
  /** How long the next one has at most to act. */
  readonly longest: number;
}

/** @param began when the window began; `undefined` for a run without one. */
export function standByFrom(
  began: number | undefined,
  { todo, clock, zone }: { readonly todo: Agenda; readonly clock: Clock; readonly zone: ZoneKnowledge },
): StandBy {
  const from = (began ?? Number.POSITIVE_INFINITY) + FROM;
  const isOn = (now: number) => now >= from;
  return {
    isOn,
    get metUntil() {
      return zone.rivalSince >= from ? zone.rivalSince + AT_WORK : Number.NEGATIVE_INFINITY;
    },
    longest: WAIT.most,
    newsDue: (now) =>
      Math.max(now + Math.min((now - from) / WAIT.each, WAIT.most), zone.checkedAt + WAIT.most),
    pacedDue: (readyAt) => (isOn(readyAt) ? Math.max(readyAt, from + REST) : readyAt),
    giveWay(decisions, items) {
      const now = clock.now();
      return decisions.filter(({ setting }) => {
        const item = items.get(setting.name);
        if (!item || now - item.since >= GIVE_WAY) return true;
        todo.addLater({ ...item, due: Math.min(now + WAIT.most, item.since + GIVE_WAY) });
        return false;
      });
    },
  };
}
