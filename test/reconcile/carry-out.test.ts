import { describe, expect, it } from 'vitest';
import { DeadlineError } from '../../src/errors.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import {
  storeError as error,
  nameOf,
  published,
  startCarryOut as start,
  up,
  verdicts,
} from '../support/carry-out.ts';
import { addressesIn, instance, multivalueSet, ZONE } from '../support/records.ts';

/** More than one request can publish. */
/** So many dead addresses that it takes two requests to remove them. */
const DEAD = Array.from({ length: 950 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
const NEW = Array.from({ length: 60 }, (_, index) => `10.0.0.${index}`);
const many = { a: [...up(...NEW), ...DEAD.map((address) => instance(address, 'critical'))] };

/** One record of each urgency, the least urgent first. */
const wanted = { more: up('10.0.0.1', '10.0.0.2'), first: up('10.0.0.1'), less: up('10.0.0.1') };
const sets = [...published('more', '10.0.0.1'), ...published('less', '10.0.0.1', '10.0.0.2')];

describe('what is carried out', () => {
  it('shares a request, and is settled as it was decided', async () => {
    const { store, go, requests } = await start({ a: up('10.0.0.1'), b: up('10.0.0.2') });
    const { settled, lost, postponed, readyAt } = await go();
    expect(verdicts(settled).flat()).toEqual(['a', 'approve', 'b', 'approve']);
    expect([lost, postponed, readyAt]).toEqual([[], [], Number.POSITIVE_INFINITY]);
    expect(requests()).toEqual([['a', 'b']]);
    expect(store.published()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('begins with what must leave, then with names that have nothing', async () => {
    const { go, requests } = await start(wanted, { sets });
    await go();
    expect(requests()).toEqual([['less'], ['first'], ['more']]);
  });

  it('takes several requests for one record that needs them', async () => {
    const { store, go, requests } = await start(many, { sets: published('a', ...DEAD) });
    expect(verdicts((await go()).settled)).toEqual([['a', 'approve']]);
    expect(requests()).toEqual([['a'], ['a']]);
    expect(store.published()).toEqual([...NEW].sort());
  });
});

describe('a request that another writer was faster than', () => {
  const foreign = revisionSet(ZONE, 'test', 7, 'stranger');

  it('is lost, and so is all that would follow it', async () => {
    const { store, go, requests } = await start(wanted, { sets });
    store.beforeApply(() => {
      store.sets = [...store.sets, foreign];
    });
    const { settled, lost } = await go();
    expect(settled).toEqual([]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['less', 'first', 'more']);
    expect(requests()).toEqual([['less']]);
    expect(store.sets).toEqual([...sets, foreign]);
  });

  it('does not take back what was made before it', async () => {
    const { store, go } = await start(wanted, { sets });
    store.beforeApply(() => undefined);
    store.beforeApply(() => {
      store.sets = store.sets.map((set) => (set.name.startsWith('_') ? foreign : set));
    });
    const { settled, lost } = await go();
    expect(verdicts(settled)).toEqual([['less', 'approve']]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['first', 'more']);
    expect(addressesIn(store.sets, nameOf('less'))).toEqual(['10.0.0.1']);
  });

  it('voids what was decided before it, also where it is only found after an error', async () => {
    const { store, go, requests } = await start(wanted, { sets });
    store.fail('apply', error('throttled'));
    store.fail('read', error('throttled'));
    const { settled, lost } = await go();
    expect(settled).toEqual([]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['less', 'first', 'more']);
    expect(requests()).toEqual([['less']]);
  });

  it('ends a record of several requests in the middle', async () => {
    const { store, go, requests } = await start(many, { sets: published('a', ...DEAD) });
    store.beforeApply(() => undefined);
    store.beforeApply(() => {
      store.sets = store.sets.map((set) => (set.name.startsWith('_') ? foreign : set));
    });
    const { settled, lost } = await go();
    expect(settled).toEqual([]);
    expect(verdicts(lost).map(([label]) => label)).toEqual(['a']);
    expect(requests()).toHaveLength(2);
    expect(store.published().length).toBeGreaterThan(0);
  });
});

describe('a request that is rejected while the revision is ours', () => {
  const four = { a: up('10.0.0.1'), b: up('10.0.0.2'), c: up('10.0.0.3'), d: up('10.0.0.4') };

  it('is planned anew once, from what the names hold now', async () => {
    const { store, go, requests } = await start(four);
    store.beforeApply(() => {
      store.sets = [multivalueSet('10.0.0.3', { name: nameOf('c') })];
    });
    expect(verdicts((await go()).settled).map(([, verdict]) => verdict)).toEqual(Array(4).fill('approve'));
    expect(requests()).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ]);
    expect(store.published()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
  });

  it('is not made where somebody else has done what it was for', async () => {
    const { store, go, requests } = await start({ a: up('10.0.0.1') });
    store.beforeApply(() => {
      store.sets = published('a', '10.0.0.1');
    });
    const { settled } = await go();
    expect(settled).toMatchObject([{ verdict: { decision: 'approve' }, registration: [] }]);
    expect(settled[0]?.lines.flatMap(({ changes }) => changes)).toEqual([]);
    expect(requests()).toEqual([['a']]);
  });
});

describe('a request that fails', () => {
  const two = { a: up('10.0.0.1'), b: up('10.0.0.2') };

  it('is none where somebody else has done what it was for', async () => {
    const { store, go } = await start(two);
    store.beforeApply(() => {
      store.sets = published('a', '10.0.0.1');
    });
    store.fail('apply', error('throttled'));
    expect(verdicts((await go()).settled)).toEqual([
      ['a', 'approve'],
      ['b', 'throttled'],
    ]);
  });

  it('says what is published still', async () => {
    const { store, go } = await start(
      { a: up('10.0.0.1', '10.0.0.2') },
      { sets: published('a', '10.0.0.1') },
    );
    store.fail('apply', error('throttled'));
    expect((await go()).settled).toMatchObject([
      { verdict: { decision: 'fail', message: 'it is throttled' }, lines: [{ published: ['10.0.0.1'] }] },
    ]);
  });

  it('leaves open what is published where that cannot be read afterwards', async () => {
    const { store, go } = await start(
      { a: up('10.0.0.1', '10.0.0.2') },
      { sets: published('a', '10.0.0.1') },
    );
    const late = new DeadlineError('changing the records');
    store.fail('apply', late);
    const { read } = store;
    store.read = async (names, signal) => {
      // The revision alone can be read: it is as it was.
      if (names.length > 1) throw late;
      return await read(names, signal);
    };
    const { settled } = await go();
    expect(settled).toMatchObject([
      { verdict: { reason: 'deadline' }, lines: [{ type: 'A', published: null, desired: {} }] },
    ]);
    expect(settled[0]?.lines[0]?.changes).not.toEqual([]);
  });

  it('throws what is a bug of ours', async () => {
    const { store, go } = await start(two);
    store.fail('apply', new TypeError('a bug'));
    await expect(go()).rejects.toThrow('a bug');
  });
});
