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
    await clock.advance(299);
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
    expect(applied()).toEqual([59_999, 61_300]);
    expect(store.published()).toEqual(['10.0.1.1']);
    expect(passes.at(-1)?.reaction).toBe(300);
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
      ['read', 62_300],
      ['apply', 65_000],
    ]);
    expect(source.reads.filter(({ blocking }) => !blocking).map(({ at }) => at)).toEqual([65_000]);
    expect(verdicts(passes)).toEqual([['approve']]);
  });
});
