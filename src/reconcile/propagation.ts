import { DeadlineError, RecordStoreError } from '../errors.ts';
import { backoff } from '../pacing/backoff.ts';
import type { ChangeStatus, Clock } from '../ports.ts';
import { doorbell } from './doorbell.ts';

/** What became known of a change after Route 53 had accepted it. */
export interface Spread {
  readonly zoneId: string;
  readonly changeId: string;
  /** `PENDING` only of a change that has been so for more than a minute when its run ends. */
  readonly status: 'INSYNC' | 'PENDING';
  /** Milliseconds from its acceptance; up to 5.5 seconds too many, as that is how seldom it may be asked. */
  readonly milliseconds: number;
}

/** Is told of what became known. */
export interface SpreadObserver {
  noteSpread(spread: Spread): void;
  /** Once, where the role may not ask. From then on nothing is asked. */
  noteDenied(message: string): void;
}

/**
 * The changes that Route 53 has accepted, until all of its DNS servers answer by them. It is kept from one invocation to
 * the next; one process asks one question at a time.
 */
export interface Propagation {
  /**
   * Notes a change that was accepted just now. Of each zone one is asked about until it is everywhere, and then the last
   * one that was accepted meanwhile: twenty changes a second cost no more questions than one.
   */
  note(zoneId: string, changeId: string): void;
  /** Asks until the signal aborts. Does not throw for what Route 53 does: what cannot be asked about is left. */
  follow(signal: AbortSignal, observer: SpreadObserver): Promise<void>;
}

/** Milliseconds until a change is asked about: at first, and at most. */
const ASK = { base: 2_000, most: 5_000 };

/** Milliseconds between two questions, whichever the zone: a fifth of what Route 53 allows the account. */
const APART = 500;

/** Milliseconds after which an answer comes too late to say since when a change is everywhere. */
const SEEN = ASK.most + APART;

/** Milliseconds from which a change that is still pending is told of. */
const LONG = 60_000;

/** Milliseconds that it sleeps at most while there is nothing to ask. */
const NAP = 60_000;

interface Accepted {
  readonly zoneId: string;
  readonly changeId: string;
  /** Of the time of day, as the process may be stopped between two invocations. */
  readonly at: number;
}

interface Followed extends Accepted {
  readonly asked: number;
  /** Milliseconds of the clock that never goes backwards. */
  readonly due: number;
  /** When it was pending for certain, of the time of day: when it was accepted, or last asked about. */
  readonly pendingAt: number;
}

export function propagation(status: ChangeStatus, clock: Clock, random: () => number): Propagation {
  const followed = new Map<string, Followed>();
  const latest = new Map<string, Accepted>();
  const bell = doorbell(clock);
  let isDenied = false;

  const dueAfter = (asked: number) => clock.now() + backoff(asked + 1, ASK, random());
  const begin = (change: Accepted): Followed => ({
    ...change,
    ...{ asked: 0, due: dueAfter(0), pendingAt: change.at },
  });

  /** Goes on to what was accepted meanwhile. */
  function leave(zoneId: string): void {
    const next = latest.get(zoneId);
    latest.delete(zoneId);
    if (next) followed.set(zoneId, begin(next));
    else followed.delete(zoneId);
  }

  /**
   * What to ask about next. Of those that are due, the one that was pending most lately: with many zones only a few can
   * be asked often enough to be seen.
   */
  function nextAt(now: number): Followed | undefined {
    const all = [...followed.values()];
    const due = all.filter((change) => change.due <= now);
    if (due.length > 0) return due.sort((one, other) => other.pendingAt - one.pendingAt)[0];
    return all.sort((one, other) => one.due - other.due)[0];
  }

  async function ask(change: Followed, signal: AbortSignal, observer: SpreadObserver): Promise<void> {
    const { zoneId, changeId, at } = change;
    try {
      const isInSync = await status.isInSync(changeId, signal);
      const now = clock.epoch();
      if (!isInSync) {
        const asked = change.asked + 1;
        followed.set(zoneId, { ...change, asked, due: dueAfter(asked), pendingAt: now });
        return;
      }
      if (now - change.pendingAt <= SEEN)
        observer.noteSpread({ zoneId, changeId, status: 'INSYNC', milliseconds: now - at });
      leave(zoneId);
    } catch (error) {
      if (error instanceof DeadlineError) return;
      if (!(error instanceof RecordStoreError)) throw error;
      leave(zoneId);
      if (error.reason !== 'access-denied') return;
      isDenied = true;
      observer.noteDenied(error.message);
    }
  }

  return {
    note(zoneId, changeId) {
      const change = { zoneId, changeId, at: clock.epoch() };
      if (followed.has(zoneId)) latest.set(zoneId, change);
      else followed.set(zoneId, begin(change));
      bell.ring();
    },
    async follow(signal, observer) {
      signal.addEventListener('abort', bell.ring);
      const began = clock.epoch();
      for (const [zoneId, change] of followed) followed.set(zoneId, { ...change, due: dueAfter(0) });
      while (!signal.aborted && !isDenied) {
        const now = clock.now();
        const next = nextAt(now);
        if (!next || next.due > now) await bell.wait(next ? next.due - now : NAP);
        else {
          await ask(next, signal, observer);
          await clock.sleep(APART, signal);
        }
      }
      signal.removeEventListener('abort', bell.ring);
      for (const { zoneId, changeId, at, pendingAt } of followed.values())
        if (pendingAt - at > LONG && pendingAt > began)
          observer.noteSpread({ zoneId, changeId, status: 'PENDING', milliseconds: pendingAt - at });
    },
  };
}
