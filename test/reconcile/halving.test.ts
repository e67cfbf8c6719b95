import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/record-set.ts';
import type { StoreReason } from '../../src/errors.ts';
import type { Route53Budget } from '../../src/pacing/route53-budget.ts';
import { revisionName, revisionSet } from '../../src/plan/ownership.ts';
import { nameOf, published, startCarryOut, storeError, up, verdicts } from '../support/carry-out.ts';
import { instance, ZONE } from '../support/records.ts';
import type { ScriptedStore } from '../support/scripted.ts';

const two = { a: up('10.0.0.1'), b: up('10.0.0.2') };
const four = { ...two, c: up('10.0.0.3'), d: up('10.0.0.4') };

/** Makes the store refuse every request with a change that is meant. */
function refuse(store: ScriptedStore, reason: StoreReason, isMeant: (change: Change) => boolean) {
  const { apply } = store;
  store.apply = async (changes, signal) => {
    if (!changes.some(isMeant)) return await apply(changes, signal);
    store.calls.push({ kind: 'apply', at: 0, changes });
    throw storeError(reason);
  };
}
const at =
  (...labels: readonly string[]) =>
  ({ set }: Change) =>
    labels.some((label) => set.name === nameOf(label));

describe('a shared request that fails', () => {
  it.each<[StoreReason, number]>([
    ['access-denied', 4],
    ['protected', 4],
    ['throttled', 1],
    ['route53-unavailable', 1],
    ['zone-not-found', 1],
  ])('with %s for the sake of its records takes %i requests for two', async (reason, count) => {
    const { store, go, requests } = await startCarryOut(two);
    refuse(store, reason, at('a', 'b'));
    expect(verdicts((await go()).settled)).toEqual([
      ['a', reason],
      ['b', reason],
    ]);
    expect(requests()).toHaveLength(count);
    expect(store.published()).toEqual([]);
  });

  it('is halved after a probe, until the record that is refused stands alone', async () => {
    const { store, go, requests } = await startCarryOut(four);
    refuse(store, 'rejected', at('c'));
    expect(verdicts((await go()).settled)).toEqual([
      ['a', 'approve'],
      ['b', 'approve'],
      ['c', 'rejected'],
      ['d', 'approve'],
    ]);
    expect(requests()).toEqual([
      ['a', 'b', 'c', 'd'],
      // Planned anew, and then the revision alone.
      ['a', 'b', 'c', 'd'],
      [],
      ['a', 'c'],
      ['a'],
      ['c'],
      ['b', 'd'],
    ]);
    expect(store.published()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.4']);
  });

  it.each<StoreReason>(['protected', 'rejected'])(
    'with %s for the sake of 30 of a hundred leaves none of the others waiting for ever',
    async (reason) => {
      const labels = Array.from({ length: 100 }, (_, index) => `n${index}`);
      const bad = labels.filter((_, index) => index % 3 === 1).slice(0, 30);
      const { store, go, clock } = await startCarryOut(
        Object.fromEntries(labels.map((each) => [each, up('10.0.0.1')])),
      );
      refuse(store, reason, at(...bad));
      for (let turn = 0; turn < 8; turn++) {
        await go();
        await clock.advance(5_000);
      }
      expect(store.published()).toHaveLength(70);
    },
  );

  it('is not halved where the revision alone fails, too', async () => {
    const taken: number[] = [];
    const budget: Route53Budget = {
      readyAt: (now) => now,
      take: (_now, tokens) => void taken.push(tokens),
      turnAt: (now: number) => now,
      othersTook: () => undefined,
    };
    const sets = published('d', '10.0.0.4', '10.0.0.5');
    const { store, go, requests } = await startCarryOut(four, { sets, budget });
    refuse(store, 'access-denied', ({ set }) => set.name === revisionName(ZONE));
    expect(verdicts((await go()).settled)).toEqual([
      ['d', 'access-denied'],
      ['a', 'access-denied'],
      ['b', 'access-denied'],
      ['c', 'access-denied'],
    ]);
    // A request for one record needs no probe.
    expect(requests()).toEqual([['d'], ['a', 'b', 'c'], []]);
    // The probe replaces the revision, and nothing else.
    expect(taken.at(-1)).toBe(2);
    expect(taken).toHaveLength(3);
  });

  it('is probed once, also where several of them fail', async () => {
    const denied = { x: up('10.0.0.1'), y: up('10.0.0.2') };
    const sets = [...published('x', '10.0.0.1', '10.0.0.9'), ...published('y', '10.0.0.2', '10.0.0.9')];
    const { store, go, requests } = await startCarryOut({ ...denied, ...two }, { sets });
    refuse(store, 'access-denied', at('x', 'y', 'a', 'b'));
    await go();
    expect(requests()).toEqual([['x', 'y'], [], ['x'], ['y'], ['a', 'b'], ['a'], ['b']]);
  });

  it('is lost where the probe finds that another writer was faster', async () => {
    const { store, go, requests } = await startCarryOut(two);
    store.fail('apply', storeError('access-denied'));
    store.beforeApply(() => undefined);
    store.beforeApply(() => {
      store.sets = [...store.sets, revisionSet(ZONE, 'test', 7, 'stranger')];
    });
    const { settled, lost } = await go();
    expect(settled).toEqual([]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['a', 'b']);
    expect(requests()).toEqual([['a', 'b'], []]);
  });

  it('is lost, and not probed, where the revision cannot be read after it', async () => {
    const { store, go, requests } = await startCarryOut(two);
    store.fail('apply', storeError('access-denied'));
    for (let count = 0; count < 2; count++) store.fail('read', storeError('access-denied'));
    const { settled, lost } = await go();
    expect(settled).toEqual([]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['a', 'b']);
    expect(requests()).toEqual([['a', 'b']]);
  });

  it('is not halved any more after 20 that have failed', async () => {
    const labels = Array.from({ length: 64 }, (_, index) => `n${index}`);
    const many = Object.fromEntries(labels.map((label) => [label, up('10.0.0.1')]));
    const { store, go, requests } = await startCarryOut(many);
    refuse(store, 'protected', at(...labels));
    const { settled } = await go();
    expect(verdicts(settled)).toEqual(labels.map((label) => [label, 'protected']));
    // In full it would take 127. What was halved last ends with its other halves, and the probe is one more.
    expect(requests().length).toBeGreaterThan(20);
    expect(requests().length).toBeLessThanOrEqual(20 + 1 + Math.log2(labels.length));
    expect(store.published()).toEqual([]);
  });

  it('is not halved again where each was denied alone, but for one at a time', async () => {
    const labels = Array.from({ length: 8 }, (_, index) => `n${index}`);
    const { store, go, requests } = await startCarryOut(
      Object.fromEntries(labels.map((label) => [label, up('10.0.0.1')])),
    );
    let denied = labels;
    refuse(store, 'access-denied', (change) => at(...denied)(change));
    const costOf = async () => {
      const before = requests().length;
      await go();
      return requests().length - before;
    };
    // All of the tree, and the probe.
    expect(await costOf()).toBe(16);
    // All of them, and one alone.
    expect(await costOf()).toBe(2);
    denied = [];
    expect(await costOf()).toBe(1);
    expect(store.published()).toHaveLength(8);
  });
});

describe('the budget', () => {
  /** One that lets so many requests through, and then only what is urgent. */
  const budgetFor = (count: number): Route53Budget & { readonly taken: number[] } => {
    const taken: number[] = [];
    return {
      taken,
      readyAt: (now, _tokens, isUrgent) => (isUrgent || taken.length < count ? now : now + 500),
      take: (_now, tokens) => void taken.push(tokens),
      turnAt: (now: number) => now,
      othersTook: () => undefined,
    };
  };

  it('postpones what is beyond it, all but the most urgent', async () => {
    const wanted = { more: up('10.0.0.1', '10.0.0.2'), first: up('10.0.0.1'), less: up('10.0.0.1') };
    const sets = [...published('more', '10.0.0.1'), ...published('less', '10.0.0.1', '10.0.0.2')];
    const { go, requests } = await startCarryOut(wanted, { sets, budget: budgetFor(0) });
    const { settled, postponed, readyAt, lost } = await go();
    expect(verdicts(settled).map(([label]) => label)).toEqual(['less']);
    expect(verdicts(postponed).map(([label]) => label)).toEqual(['first', 'more']);
    expect([lost, readyAt]).toEqual([[], 500]);
    expect(requests()).toEqual([['less']]);
  });

  it('is told of each request, with the revision that it replaces, also of one that fails', async () => {
    const budget = budgetFor(9);
    const { store, go } = await startCarryOut({ a: up('10.0.0.1') }, { budget });
    store.fail('apply', storeError('rejected'));
    await go();
    // The registry record and the address, and the revision; twice.
    expect(budget.taken).toEqual([4, 4]);
  });

  /** Each loses one of its two addresses, and gets the other one written once more: three tokens. */
  const losing = (...labels: readonly string[]) => ({
    wanted: Object.fromEntries(
      labels.map((label) => [label, [...up('10.0.0.1'), instance('10.0.0.2', 'critical')]]),
    ),
    sets: labels.flatMap((label) => published(label, '10.0.0.1', '10.0.0.2')),
  });

  it('lets as many of the dead addresses go at once as there is room for', async () => {
    const { wanted, sets } = losing('a', 'b', 'c', 'd');
    let left = 10;
    const budget: Route53Budget = {
      readyAt: (now, tokens) => (tokens <= left ? now : now + 100 * (tokens - left)),
      take: (_now, tokens) => {
        left -= tokens;
      },
      turnAt: (now: number) => now,
      othersTook: () => undefined,
    };
    const { store, go, requests } = await startCarryOut(wanted, { sets, budget });
    const { settled, postponed, readyAt } = await go();
    // Four names need 14 tokens with the revision, two of them 8, and one 5.
    expect(requests()).toEqual([['a', 'b']]);
    expect(verdicts(settled).flat()).toEqual(['a', 'approve', 'b', 'approve']);
    expect(verdicts(postponed).map(([label]) => label)).toEqual(['c', 'd']);
    expect(readyAt).toBe(300);
    expect(store.published().filter((address) => address === '10.0.0.2')).toHaveLength(2);
  });

  it('does not halve what can wait', async () => {
    const budget: Route53Budget = {
      readyAt: (now, tokens) => (tokens <= 4 ? now : now + 500),
      take: () => undefined,
      turnAt: (now: number) => now,
      othersTook: () => undefined,
    };
    const { go, requests } = await startCarryOut(two, { budget });
    const { postponed } = await go();
    expect(verdicts(postponed).map(([label]) => label)).toEqual(['a', 'b']);
    expect(requests()).toEqual([]);
  });
});
