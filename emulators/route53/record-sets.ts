import { keyOf, type RecordSet } from './model.ts';
import { compareInOrder, compareNames, isAtOrAfter, orderKey, type Position, type Ranked } from './order.ts';

type Identity = Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>;

/** All record sets of one name, and the name's place in the listing. */
interface Entry extends Ranked {
  readonly sets: Map<string, RecordSet>;
}

/**
 * The record sets of a hosted zone, found by name and listed in order. What one name costs does not depend on how many
 * others there are; only a name that comes or goes has the order of all names made anew at the next listing.
 *
 * Names are in Route 53's own form.
 */
export class RecordSets {
  readonly #names = new Map<string, Entry>();
  #ordered: Entry[] | undefined = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(identity: Identity): RecordSet | undefined {
    return this.#names.get(identity.name)?.sets.get(keyOf(identity));
  }

  /** The record sets of one name, in order. */
  at(name: string): RecordSet[] {
    return [...(this.#names.get(name)?.sets.values() ?? [])].sort(compareInOrder);
  }

  /** Writes a record set in place of one of the same identity. */
  put(set: RecordSet): void {
    let entry = this.#names.get(set.name);
    if (!entry) {
      entry = { rank: orderKey(set.name), name: set.name, sets: new Map() };
      this.#names.set(set.name, entry);
      this.#ordered = undefined;
    }
    const before = entry.sets.size;
    entry.sets.set(keyOf(set), set);
    this.#size += entry.sets.size - before;
  }

  /** @returns whether it was there. */
  delete(identity: Identity): boolean {
    const entry = this.#names.get(identity.name);
    if (!entry?.sets.delete(keyOf(identity))) return false;
    this.#size--;
    if (entry.sets.size === 0) {
      this.#names.delete(identity.name);
      this.#ordered = undefined;
    }
    return true;
  }

  /**
   * Record sets in the order of the listing.
   *
   * @param from where to begin; at the first one, if left out.
   * @param most how many at most.
   */
  list(from?: Position, most = Number.POSITIVE_INFINITY): RecordSet[] {
    this.#ordered ??= [...this.#names.values()].sort(compareNames);
    const entries = this.#ordered;
    const listed: RecordSet[] = [];
    const first = from ? firstAtOrAfter(entries, from.name) : 0;
    for (let at = first; at < entries.length && listed.length < most; at++) {
      const sets = this.at(entries[at]?.name ?? '');
      // Only of the first name may some come before.
      listed.push(...(from && at === first ? sets.filter((set) => isAtOrAfter(set, from)) : sets));
    }
    return listed.slice(0, most);
  }
}

/** The index of the first name that is the one asked for or comes after it, by bisection. */
function firstAtOrAfter(entries: readonly Entry[], name: string): number {
  const wanted = { rank: orderKey(name), name };
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && compareNames(entry, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
