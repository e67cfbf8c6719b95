import type { RecordName } from '../domain/record-name.ts';

/**
 * What access was denied to, from one go to the next of a window. Route 53 denies a request as a whole and does not say for
 * which name, so what a role may change among names that it may not is found only by trying them in smaller requests.
 */
export interface Denials {
  /** Whether access was denied to this record alone, or it failed alone. Such a record spoils no request of others. */
  has(name: RecordName): boolean;
  /** Notes a record that Route 53 refused alone, for another reason than access. */
  refused(name: RecordName): void;
  /** Notes a request that was made. */
  made(names: readonly RecordName[]): void;
  /** Notes a request that access was denied to. */
  denied(names: readonly RecordName[]): void;
  /**
   * How to try the records of a request that access was denied to.
   *
   * @param room how many may be tried alone.
   * @returns `halve`, or which of them to try alone; none if that would only tell once more that access is denied.
   */
  remedy(names: readonly RecordName[], room: number): 'halve' | readonly RecordName[];
}

/**
 * So many shared requests are denied in a row before halving ends: it takes two requests for each record where most are
 * denied. Seven are needed to find one record among a hundred.
 */
const IN_VAIN = 8;

/**
 * A record is tried alone once, and from then on one of those goes alone at a time, in turn: rights change seldom, and the
 * API's limit is the whole account's. If that one is made, rights have changed, and nothing is known of the others.
 */
export function denials(): Denials {
  /** Those who were tried longest ago first. */
  const alone = new Set<RecordName>();
  const refused = new Set<RecordName>();
  let inVain = 0;
  return {
    has: (name) => alone.has(name) || refused.has(name),
    refused: (name) => void refused.add(name),
    made(names) {
      for (const name of names) refused.delete(name);
      if (names.some((name) => alone.has(name))) alone.clear();
      if (names.length > 1) inVain = 0;
    },
    denied(names) {
      const [only, second] = names;
      if (second || !only) inVain++;
      else {
        alone.delete(only);
        alone.add(only);
      }
    },
    remedy(names, room) {
      const untried = names.filter((name) => !alone.has(name));
      if (untried.length > 0) return inVain < IN_VAIN ? 'halve' : untried.slice(0, room);
      return [...alone].filter((name) => names.includes(name)).slice(0, 1);
    },
  };
}
