import { isDeepStrictEqual } from 'node:util';
import { context } from '../support/stack.ts';
import type { Facts } from './facts.ts';
import type { ModelCommand } from './invoke.ts';
import {
  byKey,
  expectedRecord,
  expectedSets,
  isBookkeeping,
  isClaimed,
  isUnclaimed,
  ownSets,
  publishable,
} from './oracle.ts';
import { checkReport } from './truth.ts';
import { describe, type World } from './world.ts';

/** Milliseconds for one pass, plenty on a busy machine for a large fleet too. */
const ONE_PASS = 60_000;

/** All faults end; one pass must bring the record to what the model expects, and the next one must find nothing to do. */
export class Settle implements ModelCommand {
  readonly #start: 'warm' | 'cold';

  constructor(start: 'warm' | 'cold') {
    this.#start = start;
  }

  check(): boolean {
    return true;
  }

  async run(facts: Facts, world: World): Promise<void> {
    facts.pending = [];
    const before = world.zone.recordSets();
    const expected = expectedRecord(facts, before);
    const accepted = world.accepted;
    const first = await soundPass(world, this.#start);
    const after = world.zone.recordSets();
    const wrong = (what: string) =>
      new Error(
        `${what}; healthy ${[...facts.healthy()].join()}, registered ${[...facts.registered()].join()}, zone before ${describe(before)}, after ${describe(after)}, report ${JSON.stringify(first)}`,
      );
    if ('kept' in expected) {
      if (!isDeepStrictEqual(after, before))
        throw wrong(`the record should have been kept: ${expected.kept}`);
      if (world.accepted > accepted) throw wrong(`a change request was made where to keep: ${expected.kept}`);
      if (!first.records.every(({ reason }) => reason !== undefined)) throw wrong('kept without a reason');
    } else {
      const own = ownSets(facts, after).filter((set) => !isUnclaimed(after, set));
      if (publishable(facts, before).size > 0 && !isClaimed(after))
        throw wrong('nothing says whose the name is');
      if (!isDeepStrictEqual(byKey(own), byKey(expectedSets(facts, expected, before))))
        throw wrong('the record is not what is healthy or held');
      // A conflict of one type is told of there, and what stays in the other one for its sake is not held.
      const told = first.records.filter(({ reason }) => reason !== undefined).length;
      if (expected.held && told < (expected.taken.size > 0 ? 1 : first.records.length))
        throw wrong(`held without a reason: ${expected.held}`);
      const kept = before.filter(
        (set) =>
          !isBookkeeping(set) && !ownSets(facts, before).includes(set) && !expected.replaced.includes(set),
      );
      for (const set of kept)
        if (!after.some((each) => isDeepStrictEqual(each, set)))
          throw wrong(`${describe([set])} was touched`);
    }
    const settled = world.accepted;
    const second = await soundPass(world, 'warm');
    if (world.accepted > settled)
      throw new Error(`a second pass changed something: ${JSON.stringify(second)}`);
  }

  toString(): string {
    return `settle (${this.#start})`;
  }
}

async function soundPass(world: World, start: 'warm' | 'cold') {
  world.beginRun();
  const accepted = world.accepted;
  // Its watch window is over as soon as the record was decided once.
  const ending = new AbortController();
  world.onPass = () => ending.abort();
  const report = await world.handler(start, 'patient')({}, context(ONE_PASS, ending.signal));
  world.verify();
  checkReport(world, report, { accepted: world.accepted - accepted, interfered: false });
  return report;
}
