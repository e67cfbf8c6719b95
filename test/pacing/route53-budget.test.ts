import { describe, expect, it } from 'vitest';
import { Throttle } from '../../emulators/route53/throttle.ts';
import { route53Budget } from '../../src/pacing/route53-budget.ts';

/** When each of so many requests was sent that ask first, in milliseconds. */
function send(count: number, tokens: number, isUrgent = false, budget = route53Budget()): readonly number[] {
  let now = 0;
  return Array.from({ length: count }, () => {
    now = Math.max(now, budget.readyAt(now, tokens, isUrgent));
    budget.take(now, tokens);
    return now;
  });
}

describe('the budget of Route 53', () => {
  it('leaves a few changes alone', () => {
    expect(new Set(send(30, 10))).toEqual(new Set([0]));
  });

  it('paces requests, however small', () => {
    const times = send(50, 1);
    expect(times.slice(0, 30)).toEqual(Array(30).fill(0));
    expect(times.slice(30, 33)).toEqual([100, 200, 300]);
  });

  it('paces changes, and leaves a share of them for what cannot wait', () => {
    const budget = route53Budget();
    const times = send(2, 600, false, budget);
    // Of 1,500, the second one would leave fewer than 500: it waits for 200 more.
    expect(times).toEqual([0, 2_000]);
    expect(budget.readyAt(2_000, 500, true)).toBe(2_000);
    expect(budget.readyAt(2_000, 100, false)).toBe(3_000);
  });

  it('has the urgent wait, too, once all is used up', () => {
    const budget = route53Budget();
    budget.take(0, 1_500);
    expect(budget.readyAt(0, 100, true)).toBe(1_000);
  });

  it('takes what another writer may have used for used, but not what is left for what cannot wait', () => {
    const budget = route53Budget();
    budget.othersTook(0, 2_000);
    expect(budget.readyAt(2_000, 200, false)).toBe(2_000);
    expect(budget.readyAt(2_000, 900, false)).toBe(9_000);
    expect(budget.readyAt(2_000, 900, true)).toBe(2_000);
  });

  it('lets a request through that is larger than what is ever there for it', () => {
    const budget = route53Budget();
    budget.take(0, 1_000);
    expect(budget.readyAt(0, 1_400, false)).toBe(10_000);
    expect(budget.readyAt(10_000, 1_400, false)).toBe(10_000);
  });

  it.each([
    [1, false],
    [1, true],
    [100, false],
    [996, true],
  ])('never meets a throttle of the account with requests of %i tokens', (tokens, isUrgent) => {
    let now = 0;
    const throttle = new Throttle({ changes: { capacity: 1_500, refillPerSecond: 100 } }, () => now);
    for (now of send(200, tokens, isUrgent)) expect(throttle.admits(tokens)).toBe(true);
  });
});
