import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/ports.ts';

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

/** The one clock of a simulation: time passes only from one event to the next, so that a minute costs milliseconds. */
export class Timeline {
  #now = 0;
  #order = 0;
  /** A binary heap, the next event first. */
  readonly #heap: Entry[] = [];
  readonly #cancelled = new Set<Entry>();

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Has something happen after so many milliseconds. @returns takes that back. */
  after(delay: number, act: () => void): () => void {
    const entry = { time: this.#now + Math.max(0, delay), order: this.#order++, act };
    this.#push(entry);
    return () => void this.#cancelled.add(entry);
  }

  /** Lets time pass until then, or until `isOver` says so; between two events, all that can go on without time does. */
  async run(until: number, isOver: () => boolean = () => false): Promise<void> {
    // Once, so that thousands of schedules do not keep everything else in the process waiting.
    await setImmediate();
    for (;;) {
      const next = this.#heap[0];
      if (!next || next.time > until || isOver()) break;
      this.#pop();
      if (this.#cancelled.delete(next)) continue;
      this.#now = next.time;
      next.act();
      await settled();
    }
    this.#now = Math.max(this.#now, until);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (!left) break;
      if (right && isBefore(right, left)) child++;
      const below = heap[child];
      if (!below || !isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

/**
 * Waits for every promise that has been settled, and those that follow from them: between them Node runs nothing of its
 * own, and a turn of its event loop would cost more than most events.
 * https://nodejs.org/en/learn/asynchronous-work/understanding-processnexttick
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order);
}

/** A process of the function. What has left it goes on without it; what comes for it waits while it is frozen. */
export class Sandbox {
  readonly #timeline: Timeline;
  #isAlive = true;
  #frozenUntil = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** From now on nothing happens in it. */
  kill(): void {
    this.#isAlive = false;
  }

  freeze(milliseconds: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#timeline.now + milliseconds);
  }

  /** Has something happen in it. @returns takes that back. */
  after(delay: number, act: () => void): () => void {
    let cancel = this.#timeline.after(delay, arrive);
    const wait = () => this.#frozenUntil - this.#timeline.now;
    const again = () => this.#timeline.after(wait(), arrive);
    const isAlive = () => this.#isAlive;
    function arrive(): void {
      if (!isAlive()) return;
      if (wait() > 0) cancel = again();
      else act();
    }
    return () => cancel();
  }

  readonly clock: Clock = {
    now: () => this.#timeline.now,
    epoch: () => this.#timeline.now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const wake = () => {
          cancel();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const cancel = this.after(milliseconds, wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
}
