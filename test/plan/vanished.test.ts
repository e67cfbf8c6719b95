import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { type Memory, NO_MEMORY } from '../../src/plan/memory.ts';
import { forgetAll, forgetReturned, judgeVanished } from '../../src/plan/vanished.ts';

const HOLD = 600;
const node = (number: number) => `10.0.0.${number}` as Address;
const nodes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => node(from + i));

/** A name that follows what Consul says, as the guard lets it. */
function follow(published: readonly Address[]) {
  let there = published;
  let memory: Memory = NO_MEMORY;
  let now = 1_000_000;
  let soundSince = Number.NEGATIVE_INFINITY;
  return {
    /** Seconds pass, then Consul says this. */
    says(after: number, healthy: readonly Address[], failing: readonly Address[] = [], isBack = false) {
      now += after;
      if (isBack) soundSince = now;
      const registered = new Set([...healthy, ...failing]);
      const fleet = { published: there, healthy: new Set(healthy), registered, memory, now, soundSince };
      const judged = judgeVanished({ ...fleet, holdSeconds: HOLD });
      memory = judged.memory;
      there = [...healthy, ...judged.held];
      return judged;
    },
    get memory() {
      return memory;
    },
    get now() {
      return now;
    },
  };
}

describe('what has vanished', () => {
  it('is believed up to half of what the name had, and held beyond, for its time', () => {
    const name = follow(nodes(1, 8));
    expect(name.says(0, nodes(1, 4)).held).toEqual([]);
    const { held, expected, until } = name.says(1, nodes(1, 3));
    expect({ held, expected }).toEqual({ held: [node(4)], expected: 8 });
    expect(until).toEqual({ first: name.now + HOLD - 1, last: name.now + HOLD });
    expect(name.says(HOLD - 2, nodes(1, 3)).held).toEqual([node(4)]);
    expect(name.says(2, nodes(1, 3)).held).toEqual([]);
  });

  it('is held at the same point where it vanishes piece by piece', () => {
    const name = follow(nodes(1, 8));
    for (let left = 7; left >= 4; left--) expect(name.says(20, nodes(1, left)).held).toEqual([]);
    expect(name.says(20, nodes(1, 3)).held).toEqual([node(4)]);
    expect(name.says(20, nodes(1, 2)).held).toEqual([node(3), node(4)]);
  });

  it('is held where a check flaps meanwhile: what comes back replaces nothing', () => {
    const name = follow(nodes(1, 8));
    let least = 8;
    for (let left = 7; left >= 2; left--) {
      name.says(1, nodes(2, left), [node(1)]);
      least = Math.min(least, left - 1 + name.says(1, nodes(1, left)).held.length);
    }
    expect(least).toBeGreaterThanOrEqual(3);
    expect(name.says(1, nodes(1, 2)).held.length).toBeGreaterThan(1);
  });

  it('is held where others register that fail: what never was there cannot have left', () => {
    const name = follow(nodes(1, 8));
    expect(name.says(5, nodes(1, 4)).held).toEqual([]);
    expect(name.says(5, nodes(1, 2), nodes(11, 16))).toMatchObject({ held: [node(3), node(4)], expected: 8 });
  });

  it('is held where one that failed at first is there by then: it replaces nothing', () => {
    const name = follow(nodes(2, 5));
    expect(name.says(1, nodes(2, 4), [node(1)]).held).toEqual([]);
    expect(name.says(1, nodes(1, 4)).held).toEqual([]);
    expect(name.says(1, nodes(1, 3)).held).toEqual([]);
    expect(name.says(1, nodes(1, 2))).toMatchObject({ held: [node(3)], expected: 5 });
  });

  it('is believed beside what has failed since', () => {
    const name = follow(nodes(1, 8));
    name.says(5, nodes(1, 7));
    expect(name.says(5, nodes(1, 3), nodes(4, 7)).held).toEqual([]);
    expect(name.says(5, nodes(1, 2), nodes(4, 7)).held).toEqual([]);
    // One that recovers counts again.
    name.says(5, [...nodes(1, 2), node(4)], nodes(5, 7));
    expect(name.says(5, nodes(1, 1), nodes(5, 7)).held).toEqual([node(2), node(4)]);
  });

  it.each([
    ['one after the other, the new one first', 1, 0],
    ['one after the other, the old one first', 1, 1],
    ['all at once, the new ones first', 8, 0],
  ])('is believed in a rolling replacement, twice in ten minutes: %s', (_, step, isOldFirst) => {
    const name = follow(nodes(1, 8));
    for (let gone = step; gone <= 16; gone += step) {
      const old = gone - step + 1;
      const steps = [nodes(old, 8 + gone), nodes(old, 7 + gone)];
      expect(name.says(5, steps[isOldFirst] ?? []).held).toEqual([]);
      expect(name.says(5, nodes(gone + 1, 8 + gone)).held).toEqual([]);
    }
  });

  it('is believed where the checks fail first', () => {
    const name = follow(nodes(1, 8));
    expect(name.says(0, nodes(1, 2), nodes(3, 8)).held).toEqual([]);
    expect(name.says(1, nodes(1, 2)).held).toEqual([]);
    expect(name.memory).toBe(NO_MEMORY);
  });

  it('has a time of its own: nobody prolongs a hold by causing new ones', () => {
    const name = follow(nodes(1, 5));
    name.says(0, nodes(1, 2));
    for (let minute = 1; minute < 10; minute++)
      // A stranger comes and goes.
      for (const also of [[node(90 + minute)], []]) name.says(30, [...nodes(1, 2), ...also]);
    expect(name.says(60, nodes(1, 2)).held).not.toEqual(expect.arrayContaining(nodes(3, 5)));
  });

  it('begins anew where it came back', () => {
    const name = follow(nodes(1, 8));
    name.says(0, nodes(1, 2));
    expect(name.says(500, [...nodes(1, 2), node(5)]).held).toHaveLength(5);
    expect(name.memory.gone.has(node(5))).toBe(false);
    expect(name.says(99, nodes(1, 1)).held).toContain(node(5));
    expect(name.says(1, []).held).toEqual([node(1), node(2), node(5)]);
  });

  it('is not believed for what Consul said before it could not be believed for a while', () => {
    const name = follow(nodes(1, 8));
    name.says(0, nodes(1, 2));
    expect(name.says(HOLD, nodes(1, 2), [], true).held).toEqual(nodes(3, 8));
    expect(name.says(HOLD - 1, nodes(1, 2)).held).toEqual(nodes(3, 8));
    expect(name.says(1, nodes(1, 2)).held).toEqual([]);
  });

  it('is not counted any more once it was believed', () => {
    const name = follow(nodes(1, 8));
    name.says(0, nodes(1, 3));
    expect(name.says(HOLD, nodes(1, 3)).held).toEqual([]);
    expect(name.says(1, nodes(1, 2)).held).toEqual([]);
  });

  it('is not judged by what was more than the time of a hold ago', () => {
    const name = follow(nodes(1, 8));
    name.says(0, nodes(1, 4));
    expect(name.says(HOLD, nodes(1, 2)).held).toEqual([]);
  });

  it('is remembered in a bounded list, and nothing is written for time that passes', () => {
    const name = follow(nodes(1, 250));
    for (let left = 249; left > 130; left--) {
      name.says(11, nodes(1, left));
      expect(name.memory.peaks.length).toBeLessThanOrEqual(10);
    }
    const { memory } = name;
    name.says(10 * HOLD, nodes(1, 131));
    expect(name.memory).toBe(memory);
  });

  it.each<[string, Memory]>([
    ['gone since a time that is yet to come', { gone: new Map([[node(3), 2_000_000]]), peaks: [] }],
    ['a peak that is yet to come', { gone: new Map(), peaks: [{ count: 4_000, failed: 0, at: 2_000_000 }] }],
  ])('is held no longer for what a stranger wrote: %s', (_, memory) => {
    const fleet = { published: nodes(1, 3), healthy: new Set([node(1)]), registered: new Set([node(1)]) };
    const judge = (now: number, known: Memory) =>
      judgeVanished({ ...fleet, memory: known, now, soundSince: 0, holdSeconds: HOLD });
    const first = judge(1_000_000, memory);
    expect(first.held).toEqual([node(2), node(3)]);
    expect(judge(1_000_000 + HOLD, first.memory).held).toEqual([]);
  });

  it('is never held where the time of a hold is none', () => {
    const fleet = { published: nodes(1, 3), healthy: new Set([node(1)]), registered: new Set([node(1)]) };
    expect(
      judgeVanished({ ...fleet, memory: NO_MEMORY, now: 5, soundSince: 0, holdSeconds: 0 }).held,
    ).toEqual([]);
  });
});

describe('what is forgotten', () => {
  const memory: Memory = { gone: new Map([[node(1), 5]]), peaks: [{ count: 3, failed: 0, at: 5 }] };

  it('is what has come back or is not there any more, and nothing else', () => {
    expect(forgetReturned(memory, [node(1)], new Set())).toBe(memory);
    for (const [published, registered] of [
      [[node(1)], [node(1)]],
      [[], []],
    ] as const)
      expect(forgetReturned(memory, published, new Set(registered))).toEqual({ ...memory, gone: new Map() });
  });

  it('is all where an operator says so', () => {
    expect(forgetAll(memory)).toBe(NO_MEMORY);
    const empty: Memory = { gone: new Map(), peaks: [] };
    expect(forgetAll(empty)).toBe(empty);
  });
});
