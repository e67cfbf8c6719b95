import type { RecordName } from '../domain/record-name.ts';
import type { Decision } from '../plan/decide.ts';

/**
 * How many addresses each record lost in a watch window because their instances were no longer registered, less those
 * that took their place. The guard `vanished` counts them as if they were still expected: what vanishes piece by piece
 * is held where it would be held if it had vanished at once.
 */
export interface Departures {
  /** Notes a decision whose changes were made. */
  note(decision: Decision): void;
  of(name: RecordName): number;
}

export function departures(): Departures {
  const records = new Map<RecordName, number>();
  const of = (name: RecordName) => records.get(name) ?? 0;
  return {
    of,
    note({ setting: { name }, lines, instances }) {
      const registered = new Set(instances.map(({ parsed }) => parsed));
      let count = of(name);
      for (const { published, desired } of lines) {
        const removed = (published ?? []).filter((address) => !desired?.includes(address));
        const added = (desired ?? []).filter((address) => !published?.includes(address));
        count += removed.filter((address) => !registered.has(address)).length - added.length;
      }
      records.set(name, Math.max(0, count));
    },
  };
}
