import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import { memoryIn } from '../../src/plan/ownership.ts';
import { anotherWrites, reasonOf, type ScriptedLoop, settledLoop, startLoop } from '../support/loop.ts';
import { instance, multivalueSet } from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const eight = Array.from({ length: 8 }, (_, index) => `10.0.1.${index + 1}`);
const lastReason = ({ passes }: ScriptedLoop) => passes.at(-1)?.decisions.map(reasonOf).join();
const batches = ({ store }: ScriptedLoop) => store.calls.filter(({ kind }) => kind === 'apply').length;

describe('what has vanished', () => {
  it('is held also where it vanishes piece by piece from one window to the next', async () => {
    const first = await settledLoop({ instances: up(...eight) });
    first.source.set(up(...eight.slice(0, 5)));
    await first.clock.advance(1_000);
    expect(first.store.published()).toEqual(eight.slice(0, 5));
    const next = await settledLoop({ instances: up(...eight.slice(0, 3)), sets: first.store.sets });
    expect(next.store.published()).toEqual(eight.slice(0, 5));
    // A failing one leaves all the same.
    next.source.set([...up(...eight.slice(0, 2)), instance('10.0.1.3', 'critical')]);
    await next.clock.advance(1_000);
    expect(next.store.published()).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.4', '10.0.1.5']);
  });

  it('is believed in the window in which its time is over, once Consul has said so again', async () => {
    const loop = await settledLoop({ instances: up(...eight), length: 800_000 });
    loop.source.set(up(...eight.slice(0, 2)));
    await loop.clock.advance(599_000);
    expect(loop.store.published()).toEqual(eight);
    expect(batches(loop)).toBe(1);
    loop.source.reads.length = 0;
    await loop.clock.advance(2_000);
    expect(loop.store.published()).toEqual(eight.slice(0, 2));
    expect(loop.source.reads.some(({ blocking }) => !blocking)).toBe(true);
    expect(loop.passes.at(-1)).toMatchObject({ wokenBy: ['hold-over'] });
  });

  it('is not believed sooner for what Consul said before it was lost', async () => {
    const loop = await settledLoop({ instances: up(...eight), length: 1_500_000 });
    loop.source.set(up(...eight.slice(0, 2)));
    await loop.clock.advance(300_000);
    loop.source.fail(new SourceError({ reason: 'source-unavailable' }, 'gave no answer'));
    await loop.clock.advance(20_000);
    loop.source.fail(undefined);
    await loop.clock.advance(590_000);
    expect(loop.store.published()).toEqual(eight);
    await loop.clock.advance(20_000);
    expect(loop.store.published()).toEqual(eight.slice(0, 2));
  });

  it('is not held from what was known before an operator forced it', async () => {
    const window = await settledLoop({ instances: up(...eight) });
    window.source.set(up(...eight.slice(0, 2)));
    await window.clock.advance(1_000);
    expect(lastReason(window)).toBe('vanished');
    const forced = await startLoop({
      instances: up(...eight.slice(0, 2)),
      sets: window.store.sets,
      force: true,
      length: 0,
    });
    expect(forced.store.published()).toEqual(eight.slice(0, 2));
    expect(memoryIn(forced.store.sets)).toEqual({ gone: new Map(), peaks: [] });
    anotherWrites(window.store, 9, () => forced.store.sets.filter(({ name }) => !name.startsWith('_')));
    window.source.set(up(eight[0] ?? ''));
    await window.clock.advance(1_000);
    expect(window.store.published()).toEqual(eight.slice(0, 1));
    expect(lastReason(window)).toBe('');
  });

  it('is held without what may never be published, whoever wrote it there', async () => {
    const loop = await settledLoop({ instances: up(...eight) });
    anotherWrites(loop.store, 5, (sets) => [...sets, multivalueSet('169.254.169.254')]);
    loop.source.set(up(...eight.slice(0, 2)));
    await loop.clock.advance(1_000);
    expect(loop.store.published()).toEqual(eight);
    expect(lastReason(loop)).toBe('vanished');
  });
});

describe('what a stranger does twenty times a second', () => {
  it('and changes nothing, costs a few reads a second, and delays nobody by more than a moment', async () => {
    const loop = await settledLoop({ instances: up('10.0.1.1') });
    const turn = (count: number, ...others: ReturnType<typeof up>) =>
      loop.source.set([
        ...up('10.0.1.1'),
        ...others,
        instance('10.0.1.9', count % 2 === 0 ? 'warning' : 'critical'),
      ]);
    for (let count = 0; count < 200; count++) {
      turn(count);
      await loop.clock.advance(50);
    }
    expect(loop.store.calls.length).toBeLessThanOrEqual(2 + 15 + 4 * 10 + 1);
    turn(1, ...up('10.0.1.2'));
    await loop.clock.advance(50);
    expect(loop.store.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });

  const turns = Array.from({ length: 200 }, (_, turn) => turn);
  const beside = up('10.0.1.1', '10.0.1.2');

  it.each<[string, (turn: number) => ReturnType<typeof up>]>([
    ['an address that changes, beside others', (turn) => [...beside, ...up(`10.0.2.${turn}`)]],
    ['an address that changes, alone', (turn) => up(`10.0.2.${turn}`)],
    ['many that take turns', (turn) => [...beside, ...up(`10.0.2.${turn % 20}`, `10.0.3.${turn % 7}`)]],
    ['most vanish and return', (turn) => (turn % 2 === 0 ? up('10.0.1.1') : up('10.0.1.1', ...eight))],
  ])('makes no more than a few batches a second: %s', async (_, at) => {
    const loop = await settledLoop({ instances: at(0) });
    for (const turn of turns) {
      loop.source.set(at(turn));
      await loop.clock.advance(50);
    }
    expect(batches(loop)).toBeLessThanOrEqual(15 + 4 * 10 + 1);
    await loop.clock.advance(1_000);
    for (const { address } of at(199)) expect(loop.store.published()).toContain(address);
  });
});
