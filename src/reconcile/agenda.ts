import type { RecordName } from '../domain/record-name.ts';
import type { Trigger } from '../domain/trigger.ts';

/** Why a record is to be looked at again. Times in milliseconds. */
export interface Item {
  readonly name: RecordName;
  readonly trigger: Trigger;
  /** When that became known. */
  readonly since: number;
  /** Not before this. */
  readonly due: number;
  /** Whether it was put back once, and what it waited for is there. */
  readonly isResumed?: boolean;
}

export type Items = ReadonlyMap<RecordName, Item>;

/**
 * Milliseconds of quiet after which a change is acted on that follows another one closely: what Consul tells in one
 * breath is one pass, or two. A change that comes alone does not wait.
 */
const QUIET = 15;

/** Milliseconds after which it is acted on all the same, and for which a change is close behind the last one. */
const PATIENCE = 100;

/** The records that a window has to look at again, each at most once. */
export interface Agenda {
  /** Notes news of a record; it is due at once, or close behind other news as soon as no more have come for a moment. */
  addNews(name: RecordName, trigger: Trigger, now: number): void;
  /** Notes that a record is to be looked at again later; whatever is due earlier stays. */
  addLater(item: Item): void;
  /** Puts back an item until it is resumed, or news of the record come. */
  postpone(item: Item): void;
  /**
   * Makes an item due that was put back.
   *
   * @param trigger in place of its own.
   * @returns whether the record is looked at now or soon: for this item, or for news.
   */
  resume(name: RecordName, due: number, trigger?: Trigger): boolean;
  /** When the first item is due; Infinity if there is none. */
  readonly due: number;
  readonly isEmpty: boolean;
  /** Takes out what is due, and with it all news, due or not. */
  take(now: number): readonly Item[];
}

interface Entry extends Item {
  /** When the first of the news came that it stands for; absent if there were none. */
  readonly newsSince?: number;
}

/** Whether an item stands for what had its time, and not for something that is late. */
function isWaiting({ trigger }: Item): boolean {
  return trigger === 'addition-due' || trigger === 'hold-over';
}

export function agenda(): Agenda {
  const items = new Map<RecordName, Entry>();
  let lastTaken = Number.NEGATIVE_INFINITY;
  return {
    addNews(name, trigger, now) {
      const known = items.get(name);
      const newsSince = known?.newsSince ?? now;
      const isAlone = now - lastTaken >= PATIENCE && known?.newsSince === undefined;
      const due = isAlone ? now : Math.min(now + QUIET, newsSince + PATIENCE);
      if (known?.newsSince !== undefined)
        items.set(name, { ...known, due: known.due <= now ? known.due : due });
      // A change that failed, or could not be made yet, counts from its first try.
      else
        items.set(name, {
          name,
          trigger,
          since: known && !isWaiting(known) ? known.since : now,
          due,
          newsSince,
        });
    },
    addLater(item) {
      const known = items.get(item.name);
      if (!known) items.set(item.name, item);
      else if (item.due < known.due && known.newsSince === undefined)
        items.set(item.name, { ...item, since: isWaiting(known) ? item.since : known.since });
      else if (item.due < known.due) items.set(item.name, { ...known, due: item.due });
    },
    postpone(item) {
      const known = items.get(item.name);
      // The end of a hold may be far away, and is noted anew once this has been looked at.
      if (!known || (known.trigger === 'hold-over' && known.newsSince === undefined))
        items.set(item.name, { ...item, due: Number.POSITIVE_INFINITY });
    },
    resume(name, due, trigger) {
      const known = items.get(name);
      if (known?.due !== Number.POSITIVE_INFINITY) return known?.newsSince !== undefined;
      items.set(name, { ...known, due, isResumed: true, ...(trigger && { trigger }) });
      return true;
    },
    get due() {
      let due = Number.POSITIVE_INFINITY;
      for (const item of items.values()) due = Math.min(due, item.due);
      return due;
    },
    get isEmpty() {
      return items.size === 0;
    },
    take(now) {
      const taken = [...items.values()].filter((item) => item.due <= now || item.newsSince !== undefined);
      for (const { name } of taken) items.delete(name);
      if (taken.length > 0) lastTaken = now;
      return taken.map(({ newsSince, ...item }) => item);
    },
  };
}

/** Whether the next invocation may have acted for it already. What has begun here goes on here. */
export function isUnseen({ trigger, isResumed }: Item): boolean {
  return !isResumed && trigger !== 'paced';
}
