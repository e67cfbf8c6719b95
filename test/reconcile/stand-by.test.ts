import { describe, expect, it } from 'vitest';
import { anotherWrites, settledLoop, verdicts } from '../support/loop.ts';
import { instance, multivalueSet } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));

describe('on stand-by, from the second on at which the next invocation is due', () => {
  it('finds nothing left to do where that one has acted within a moment', async () => {
    const { clock, store, source, passes, applied } = await settledLoop({
      instances: up('10.0.1.1'),
      length: 75_000,
    });
    await clock.advance(61_000);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(39);
    expect(store.calls).toEqual([]);
    anotherWrites(store, 9, (sets) => [...sets, multivalueSet('10.0.1.2')]);
    await clock.advance(1_000);
    expect(applied()).toEqual([]);
    expect(verdicts(passes)).toEqual([['approve']]);
    expect(passes[0]).not.toHaveProperty('reaction');
  });

  it('acts where nobody else does', async () => {
    const { clock, store, source, passes, applied } = await settledLoop({
      instances: up('10.0.1.1'),
      length: 75_000,
    });
    await clock.advance(58_999);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1);
    // Until then at once.
    expect(applied()).toEqual([59_999]);
    await clock.advance(1_000);
    source.set(up('10.0.1.1'));
    await clock.advance(1_000);
    expect(applied()).toEqual([59_999, 61_020]);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(passes.at(-1)?.reaction).toBe(20);
  });

  it.each([
    [65_000, 100],
    [74_000, 280],
    [90_000, 300],
  ])('waits the longer the next one is due: of news at %i ms, %i ms', async (at, wait) => {
    const { clock, source, applied } = await settledLoop({ instances: up('10.0.1.1'), length: 120_000 });
    await clock.advance(at - 1_000);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1_000);
    expect(applied()).toEqual([at + wait]);
  });

  it('gives way to another one that is at work, and acts where that one leaves something', async () => {
    const both = ['10.0.1.1', '10.0.1.2'];
    const { clock, store, source, applied } = await settledLoop({ instances: up(...both), length: 75_000 });
    await clock.advance(61_000);
    source.set(both.map((address) => instance(address, 'critical')).concat(up('10.0.1.3')));
    await clock.advance(39);
    anotherWrites(store, 9, (sets) => sets);
    await clock.advance(290);
    expect(applied()).toEqual([]);
    await clock.advance(1_000);
    expect(applied()).toEqual([62_340]);
    expect(store.published()).toEqual(['10.0.1.3']);
  });

  it('acts in time all the same where that one goes on and on with something else', async () => {
    const { clock, store, source, applied } = await settledLoop({
      instances: up('10.0.1.1'),
      length: 75_000,
    });
    await clock.advance(61_000);
    source.set(up('10.0.1.1', '10.0.1.2'));
    for (let number = 9; applied().length === 0 && clock.now() < 63_000; number++) {
      anotherWrites(store, number, (sets) => sets);
      await clock.advance(10);
    }
    expect(applied()).toEqual([62_600]);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  it('still acts on what came right before its end', async () => {
    const { clock, store, source, endedAt } = await settledLoop({
      instances: up('10.0.1.1'),
      length: 75_000,
    });
    await clock.advance(73_900);
    source.set(up('10.0.1.1', '10.0.1.2'));
    await clock.advance(1_000);
    expect(store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(endedAt()).toBe(75_000);
  });

  it('reads the zone anew once for what it acts on, also where that takes long', async () => {
    const { clock, store, source, passes } = await settledLoop({
      instances: up('10.0.1.1', '10.0.1.2'),
      length: 75_000,
    });
    const { read } = store;
    store.read = async (names, signal) => {
      const found = await read(names, signal);
      await clock.sleep(2_700, signal);
      return found;
    };
    await clock.advance(61_000);
    source.set([...up('10.0.1.1'), instance('10.0.1.2', 'critical')]);
    await clock.advance(12_000);
    expect(store.published()).toEqual(['10.0.1.1']);
    // Consul's answer was too old by then, and asked for again; what the zone holds was not.
    expect(store.calls.map(({ kind, at }) => [kind, at])).toEqual([
      ['read', 62_040],
      ['apply', 64_740],
    ]);
    expect(source.reads.filter(({ blocking }) => !blocking).map(({ at }) => at)).toEqual([64_740]);
    expect(verdicts(passes)).toEqual([['approve']]);
  });
});
