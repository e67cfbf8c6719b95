import type { Timeline } from './timeline.ts';

/** What excuses a record for being behind. */
export type Trouble = 'consul' | 'route53' | 'network' | 'freeze' | 'edit' | 'no window';

/**
 * Milliseconds after the end of a trouble until nothing of it is left: a blocking query that nobody answers runs into
 * its timeout after 13.6 s, and is tried again up to 2 s later; an attempt at Route 53 hangs for 3 s, and the pauses of
 * the client and of the loop come after it.
 */
const LEFT_OVER: Readonly<Record<Trouble, number>> = {
  consul: 16_000,
  route53: 12_000,
  network: 16_000,
  freeze: 500,
  edit: 0,
  'no window': 0,
};

/** Keeps account of what is wrong, and since when nothing is. */
export class Excuses {
  readonly #timeline: Timeline;
  readonly #onSound: (since: number) => void;
  readonly #troubles = new Set<Trouble>();
  #soundSince = 0;

  /** @param onSound called whenever the last trouble ends, with the moment from which the record must follow. */
  constructor(timeline: Timeline, onSound: (since: number) => void) {
    this.#timeline = timeline;
    this.#onSound = onSound;
  }

  /** When the last trouble and what was left of it ended, or will end, in milliseconds; Infinity while there is one. */
  get soundSince(): number {
    return this.#troubles.size > 0 ? Number.POSITIVE_INFINITY : this.#soundSince;
  }

  note(trouble: Trouble, isOn: boolean): void {
    if (isOn) {
      this.#troubles.add(trouble);
      return;
    }
    if (!this.#troubles.delete(trouble)) return;
    this.#soundSince = Math.max(this.#soundSince, this.#timeline.now + LEFT_OVER[trouble]);
    if (this.#troubles.size === 0) this.#onSound(this.#soundSince);
  }
}
