import { describe, expect, it } from 'vitest';
import type { Route53Budget } from '../../src/pacing/route53-budget.ts';
import { settledLoop, startLoop } from '../support/loop.ts';
import { instance } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));

/** Has no room until then. */
const roomFrom = (time: number): Route53Budget => ({
  readyAt: (now) => Math.max(now, time),
  take: () => undefined,
  turnAt: (now: number) => now,
  othersTook: () => undefined,
});

describe('the last pass', () => {
  it('waits for the budget, so that what came before the end is not left', async () => {
    let room = 0;
    const { clock, store, source, passes, done, endedAt } = await settledLoop({
      instances: up('10.0.1.1'),
      budget: { ...roomFrom(0), readyAt: (now) => Math.max(now, room) },
    });
    await clock.advance(48_990);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(5);
    room = 50_700;
    // Close behind, so that it would be acted on a moment after the end.
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3'));
    await clock.advance(704);
    expect(endedAt()).toBeUndefined();
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    await clock.advance(1);
    await done;
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
    expect(endedAt()).toBe(50_700);
    expect(passes.slice(1)).toMatchObject([{ reaction: 705 }]);
  });

  it('waits for the budget no longer than there is time, and tells of what still waits: that is no failure', async () => {
    const { clock, store, passes, deadline, endedAt } = await startLoop({
      instances: up('10.0.1.1'),
      budget: roomFrom(90_000),
    });
    await clock.advance(60_000);
    expect(endedAt()).toBeUndefined();
    deadline.abort();
    await clock.advance(0);
    expect(endedAt()).toBe(60_000);
    expect(store.published()).toEqual([]);
    expect(passes).toMatchObject([{ decisions: [{ verdict: { decision: 'hold', reason: 'paced' } }] }]);
    expect(clock.sleepers).toBe(0);
  });

  it('has no reaction where nothing was changed, as what it decided still waits', async () => {
    let room = 0;
    const { clock, store, source, passes, deadline, done } = await settledLoop({
      instances: up('10.0.1.1'),
      budget: { ...roomFrom(0), readyAt: (now) => Math.max(now, room) },
    });
    await clock.advance(48_990);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(5);
    room = 90_000;
    source.set(up('10.0.1.1', '10.0.1.2', '10.0.1.3'));
    await clock.advance(10_000);
    deadline.abort();
    await done;
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(passes.slice(1)).toMatchObject([{ decisions: [{ verdict: { reason: 'paced' } }] }]);
    expect(passes[1]).not.toHaveProperty('reaction');
  });
});
