/** Milliseconds after which the next invocation is due. */
const FROM = 60_000;

/**
 * Milliseconds of lateness for which this one waits one more at news, and how many at most. The longer the next one is due,
 * the likelier is it there, and acts first.
 */
const PATIENCE = { each: 50, most: 300 };

/** Milliseconds for which it gives way to another writer that is at work. */
const GIVE_WAY = 600;

/** The last part of a window, in which the next invocation acts first, if there is one. Times in milliseconds. */
export interface StandBy {
  isOn(now: number): boolean;
  /** How long news wait for the next one to act. */
  waitAt(now: number): number;
  /** How long that is at most, in which the next one has acted for certain. */
  readonly longest: number;
  /** Whether what became known then may wait once more, since another writer has just changed something. */
  mayGiveWay(now: number, since: number): boolean;
}

/** @param began when the window began; `undefined` for a run without one. */
export function standByFrom(began: number | undefined): StandBy {
  const lateness = (now: number) => now - FROM - (began ?? Number.POSITIVE_INFINITY);
  const isOn = (now: number) => lateness(now) >= 0;
  return {
    isOn,
    waitAt: (now) => Math.max(0, Math.min(lateness(now) / PATIENCE.each, PATIENCE.most)),
    longest: PATIENCE.most,
    mayGiveWay: (now, since) => isOn(now) && now - since < GIVE_WAY,
  };
}
