import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/plan/decide.ts';
import { reasonOf, settledLoop } from '../support/loop.ts';
import { instance, recordSetting } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const down = (...addresses: readonly string[]) => addresses.map((address) => instance(address, 'critical'));
const reasons = (passes: readonly { decisions: readonly Decision[] }[]) =>
  passes.flatMap(({ decisions }) => decisions.map(reasonOf));
const ten = Array.from({ length: 10 }, (_, index) => `10.0.1.${index + 10}`);

describe('a hold in the window', () => {
  it('of what vanished is looked at again at each change, and released', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up(...ten) });
    source.set(up(...ten.slice(0, 2)));
    await clock.advance(100);
    source.set(up(...ten.slice(0, 3)));
    await clock.advance(100);
    expect(store.published()).toEqual(ten);
    source.set(up(...ten.slice(0, 6)));
    await clock.advance(100);
    expect(store.published()).toEqual(ten.slice(0, 6));
    expect(reasons(passes)).toEqual(['vanished', 'vanished', '']);
  });

  it('of too few is released as soon as there are enough', async () => {
    const records = [recordSetting({ minHealthy: 2 })];
    const { clock, store, source, passes } = await settledLoop({
      records,
      instances: up(...ten.slice(0, 3)),
    });
    source.set([...up(...ten.slice(0, 1)), ...down(...ten.slice(1, 3))]);
    await clock.advance(100);
    expect(store.published()).toEqual(ten.slice(0, 3));
    source.set([...up(...ten.slice(0, 2)), ...down(...ten.slice(2, 3))]);
    await clock.advance(100);
    expect(store.published()).toEqual(ten.slice(0, 2));
    expect(reasons(passes)).toEqual(['below-minimum', '']);
  });

  it('of none at all keeps everything', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up(...ten) });
    source.set([]);
    await clock.advance(1_000);
    expect(store.published()).toEqual(ten);
    expect(reasons(passes)).toEqual(['no-healthy-instances']);
    expect(store.calls.map(({ kind }) => kind)).not.toContain('apply');
  });
});

describe('instances that vanish one after the other', () => {
  it('are held at the same point as if they had vanished together', async () => {
    const { clock, store, source, passes } = await settledLoop({ instances: up(...ten) });
    for (let left = 9; left >= 1; left--) {
      source.set(up(...ten.slice(0, left)));
      await clock.advance(200);
    }
    expect(store.published()).toEqual(ten.slice(0, 5));
    expect(reasons(passes)).toEqual(['', '', '', '', '', 'vanished', 'vanished', 'vanished', 'vanished']);
  });

  it('are believed where others take their place', async () => {
    const { clock, store, source } = await settledLoop({ instances: up(...ten) });
    const fleet = [...ten];
    for (let turn = 0; turn < 30; turn++) {
      fleet.shift();
      source.set(up(...fleet));
      await clock.advance(200);
      fleet.push(`10.0.2.${turn}`);
      source.set(up(...fleet));
      await clock.advance(200);
      expect(store.published()).toEqual([...fleet].sort());
    }
  });

  it('are believed where they fail a check first', async () => {
    const { clock, store, source } = await settledLoop({ instances: up(...ten) });
    for (let left = 9; left >= 1; left--) {
      source.set([...up(...ten.slice(0, left)), ...down(...ten.slice(left, left + 1))]);
      await clock.advance(200);
      source.set(up(...ten.slice(0, left)));
      await clock.advance(200);
    }
    expect(store.published()).toEqual(ten.slice(0, 1));
  });
});

describe('an instance that comes and goes', () => {
  const bothUp = up('10.0.1.1', '10.0.1.2');
  const secondDown = [...up('10.0.1.1'), ...down('10.0.1.2')];

  it('costs a bounded number of requests, is removed at once, and added within a second', async () => {
    const { clock, store, source } = await settledLoop({ instances: bothUp });
    const flips = 150;
    for (let flip = 0; flip < flips; flip++) {
      source.set(secondDown);
      await clock.advance(20);
      expect(store.published(), `flip ${flip}`).toEqual(['10.0.1.1']);
      await clock.advance(100);
      source.set(bothUp);
      await clock.advance(120);
    }
    // The burst, and one addition a second; each with the removal before or after it.
    const seconds = (flips * 240) / 1_000;
    const count = (kind: string) => store.calls.filter((call) => call.kind === kind).length;
    expect(count('apply')).toBeLessThanOrEqual(2 * (25 + seconds) + 2);
    // News that change nothing read the revision once.
    expect(store.calls.length).toBeLessThanOrEqual(2 * flips + seconds);
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  /** Goes down and up until it is not added at once any more. */
  async function flapUntilDelayed() {
    const window = await settledLoop({ instances: bothUp });
    const { clock, source, passes } = window;
    const isDelayed = () => passes.at(-1)?.decisions[0]?.instances[1]?.decision === 'delayed';
    for (let flip = 0; flip < 100 && !isDelayed(); flip++) {
      source.set(secondDown);
      await clock.advance(130);
      source.set(bothUp);
      await clock.advance(130);
    }
    expect(isDelayed()).toBe(true);
    expect(window.store.published()).toEqual(['10.0.1.1']);
    return window;
  }

  it('is waited for without a word to Route 53, and says why it is not in the record', async () => {
    const { clock, store, passes } = await flapUntilDelayed();
    expect(passes.at(-1)?.decisions[0]?.instances[1]?.why).toContain('comes and goes');
    const before = { passes: passes.length, calls: store.calls.length };
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(passes.slice(before.passes)).toMatchObject([{ wokenBy: ['addition-due'] }]);
    expect(store.calls.length).toBe(before.calls + 1);
  });

  it('is added at once where the record would otherwise be held with an address that is dead', async () => {
    const { clock, store, source, passes } = await flapUntilDelayed();
    source.set([...down('10.0.1.1'), ...up('10.0.1.2')]);
    await clock.advance(20);
    expect(store.published()).toEqual(['10.0.1.2']);
    expect(reasons(passes).filter((reason) => reason !== '')).toEqual([]);
  });
});
