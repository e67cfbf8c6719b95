import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { DeadlineError, RecordStoreError } from '../../src/errors.ts';
import { multivalueSet, ZONE } from '../support/records.ts';
import {
  a,
  add,
  b,
  namesRead,
  openZone,
  REVISIONS,
  revision,
  revisionsIn,
  says,
  setsAt,
} from '../support/zone.ts';

const lost = new RecordStoreError('route53-unavailable', 'socket hang up');

describe('learning', () => {
  it('reads the revisions and the names in one request, and the zone once', async () => {
    const { store, zone } = openZone([multivalueSet('10.0.0.1', { name: a })]);
    await zone.learn([a, b]);
    expect(store.calls.map(({ kind }) => kind)).toEqual(['zone', 'read']);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
    expect(setsAt(zone, b)).toEqual([]);
    expect(zone.of(a)).toMatchObject({ value: { zone: ZONE } });
  });

  it('asks nothing of what is known', async () => {
    const { store, zone } = openZone();
    await zone.learn([a]);
    store.calls.length = 0;
    await zone.learn([a]);
    expect(store.calls).toEqual([]);
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, b]]);
  });

  it('reads again what it was told to forget, and only that', async () => {
    const { store, zone } = openZone();
    await zone.learn([a, b]);
    const { generation } = zone;
    store.calls.length = 0;
    zone.forget([a]);
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a]]);
    expect(zone.generation).toBe(generation);
  });

  it('reads everything again once all is forgotten, and voids the plans from before', async () => {
    const { store, zone } = openZone();
    await zone.learn([a, b]);
    const { generation } = zone;
    store.calls.length = 0;
    zone.forget();
    expect(zone.generation).not.toBe(generation);
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
  });

  it('does not mix what was read under two revisions', async () => {
    const { store, zone } = openZone([revision(1)]);
    await zone.learn([a]);
    const { generation } = zone;
    store.sets = [revision(2), multivalueSet('10.0.0.1', { name: a })];
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([
      [REVISIONS, a],
      [REVISIONS, b],
      [REVISIONS, a],
    ]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
    expect(zone.generation).not.toBe(generation);
  });

  it('minds the revisions of other owners, too, since a name may change hands', async () => {
    const { clock, store, zone } = openZone([revision(1)]);
    await zone.learn([a]);
    await zone.write([add('10.0.0.1')], []);
    const { generation } = zone;
    store.calls.length = 0;
    await clock.advance(100);
    store.sets = [...store.sets, revision(8, 'x', 'green')];
    await zone.learn([a, b]);
    expect(zone.generation).not.toBe(generation);
    expect(zone.foreignSince).toBe(100);
    expect(namesRead(store.calls)).toEqual([
      [REVISIONS, b],
      [REVISIONS, a],
    ]);
  });

  it('says of a name that could not be read why, and reads it with the next call', async () => {
    const { store, zone } = openZone();
    store.fail('read', new RecordStoreError('throttled', 'Rate exceeded'));
    await zone.learn([a]);
    expect(setsAt(zone, a)).toMatchObject({ decision: 'fail', reason: 'throttled' });
    await zone.learn([a]);
    expect(setsAt(zone, a)).toEqual([]);
  });

  it('keeps what is known where others could not be read', async () => {
    const { store, zone } = openZone();
    await zone.learn([a]);
    store.fail('read', lost);
    await zone.learn([a, b]);
    expect(setsAt(zone, a)).toEqual([]);
    expect(setsAt(zone, b)).toMatchObject({ reason: 'route53-unavailable' });
  });

  it('throws what is a bug of ours', async () => {
    const { store, zone } = openZone();
    store.fail('read', new TypeError('a bug'));
    await expect(zone.learn([a])).rejects.toThrow('a bug');
    expect(() => zone.of(b)).toThrow(`nothing is known of ${b}`);
  });
});

describe('another writer', () => {
  it('is known since its revision was read', async () => {
    const { clock, store, zone } = openZone([revision(1)]);
    await clock.advance(100);
    await zone.learn([a]);
    expect(zone.foreignSince).toBe(100);
    await clock.advance(100);
    store.sets = [revision(2)];
    zone.forget([a]);
    await zone.learn([a]);
    expect(zone.foreignSince).toBe(200);
  });

  it('is not forgotten when we write: names that were not written rest on what is known since then, too', async () => {
    const { clock, store, zone } = openZone([revision(1)]);
    await clock.advance(100);
    await zone.learn([a, b]);
    await clock.advance(100);
    await zone.write([add('10.0.0.1')], []);
    expect(zone.foreignSince).toBe(100);
    store.fail('apply', lost, 'late');
    await zone.write([add('10.0.0.2')], []);
    zone.forget();
    await zone.learn([a, b]);
    expect(zone.foreignSince).toBe(100);
  });

  it('is not we ourselves', async () => {
    const { clock, zone } = openZone();
    await zone.learn([a]);
    await clock.advance(100);
    await zone.write([add('10.0.0.1')], []);
    zone.forget();
    await zone.learn([a]);
    expect(zone.foreignSince).toBe(0);
  });
});

describe('a write', () => {
  it('is made, with the next revision, and known without another read', async () => {
    const { store, zone } = openZone([revision(7)]);
    await zone.learn([a, b]);
    const { generation } = zone;
    store.calls.length = 0;
    expect(await zone.write([add('10.0.0.1')], [])).toBe('made');
    expect(revisionsIn(store.sets)).toEqual([says(8, 'nonce1')]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
    expect(setsAt(zone, b)).toEqual([]);
    expect(await zone.write([add('10.0.0.2', b)], [])).toBe('made');
    expect(revisionsIn(store.sets)).toEqual([says(9, 'nonce2')]);
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply', 'apply']);
    expect(zone.generation).toBe(generation);
  });

  it('begins the count where there is no revision, or one that a stranger spoilt', async () => {
    const spoilt = { ...revision(7), values: ['"spoilt"'] };
    for (const sets of [[], [spoilt]]) {
      const { store, zone } = openZone(sets);
      await zone.learn([a]);
      expect(await zone.write([add('10.0.0.1')], [])).toBe('made');
      expect(revisionsIn(store.sets)).toEqual([says(1, 'nonce1')]);
    }
  });

  it.each<[string, readonly RecordSet[], readonly RecordSet[]]>([
    ['another one', [revision(7)], [revision(8)]],
    ['none any more', [revision(7)], []],
    ['one with another TTL', [revision(7)], [{ ...revision(7), ttl: 5 } as RecordSet]],
    ['a first one', [], [revision(1)]],
  ])('is lost where there is %s, and changes nothing', async (_, before, sets) => {
    const { clock, store, zone } = openZone(before);
    await zone.learn([a, b]);
    const { generation } = zone;
    await clock.advance(100);
    store.sets = sets;
    expect(await zone.write([add('10.0.0.1')], [])).toBe('lost');
    expect(store.sets).toEqual(sets);
    expect(zone.generation).not.toBe(generation);
    expect(zone.foreignSince).toBe(100);
    store.calls.length = 0;
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
    expect(await zone.write([add('10.0.0.1')], [])).toBe('made');
  });

  it('is made where only its answer was lost', async () => {
    const { store, zone } = openZone([revision(7)]);
    await zone.learn([a]);
    store.calls.length = 0;
    store.fail('apply', lost, 'late');
    expect(await zone.write([add('10.0.0.1')], [])).toBe('made');
    expect(namesRead(store.calls)).toEqual([[REVISIONS]]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
    expect(await zone.write([add('10.0.0.2')], [])).toBe('made');
  });

  it('is rejected where the revision is still ours: only its names are read again', async () => {
    const { store, zone } = openZone([revision(7)]);
    await zone.learn([a, b]);
    const { generation } = zone;
    store.sets = [...store.sets, multivalueSet('10.0.0.1', { name: a })];
    expect(await zone.write([add('10.0.0.1')], [])).toMatchObject({ reason: 'rejected' });
    expect(zone.generation).toBe(generation);
    store.calls.length = 0;
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a]]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
  });

  it('that did not reach Route 53 is an error, and may be tried again', async () => {
    const { store, zone } = openZone([revision(7)]);
    await zone.learn([a]);
    store.fail('apply', lost);
    expect(await zone.write([add('10.0.0.1')], [])).toBe(lost);
    await zone.learn([a]);
    expect(await zone.write([add('10.0.0.1')], [])).toBe('made');
  });

  it('is not known to be made where nothing can be read afterwards: all is forgotten', async () => {
    const { clock, store, zone } = openZone([revision(7)]);
    await zone.learn([a, b]);
    const { generation } = zone;
    await clock.advance(100);
    store.fail('apply', lost, 'late');
    store.fail('read', new DeadlineError('reading the record sets'));
    expect(await zone.write([add('10.0.0.1')], [])).toBe(lost);
    expect(zone.generation).not.toBe(generation);
    store.calls.length = 0;
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
    // What is found then was our own doing.
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
    expect(zone.foreignSince).toBe(0);
  });

  it('that comes a second time does nothing', async () => {
    const { store, zone } = openZone([revision(7)]);
    await zone.learn([a]);
    await zone.write([add('10.0.0.1')], []);
    const [request] = store.calls.flatMap(({ changes }) => (changes ? [changes] : []));
    const before = store.sets;
    await expect(store.apply(request ?? [], new AbortController().signal)).rejects.toThrow();
    expect(store.sets).toBe(before);
  });

  it('throws what is a bug of ours', async () => {
    const { store, zone } = openZone();
    await expect(zone.write([add('10.0.0.1')], [])).rejects.toThrow('nothing is known of the zone');
    await zone.learn([a]);
    store.fail('apply', new TypeError('a bug'));
    await expect(zone.write([add('10.0.0.1')], [])).rejects.toThrow('a bug');
  });
});

describe('a name that is taken over', () => {
  it('costs the former owner its revision, so that what it has on the way is rejected', async () => {
    const { store, zone } = openZone([revision(7), revision(3, 'y', 'green'), revision(5, 'z', 'red')]);
    await zone.learn([a]);
    expect(await zone.write([add('10.0.0.1')], ['green', 'nobody'])).toBe('made');
    const now = [says(8, 'nonce1'), says(4, 'nonce2', 'green'), says(5, 'z', 'red')];
    expect(revisionsIn(store.sets).sort()).toEqual(now.sort());
    expect(await zone.write([add('10.0.0.2')], [])).toBe('made');
  });

  it('is not taken over where the former owner has just written', async () => {
    const { store, zone } = openZone([revision(7), revision(3, 'y', 'green')]);
    await zone.learn([a]);
    store.sets = [revision(7), revision(4, 'y', 'green')];
    expect(await zone.write([add('10.0.0.1')], ['green'])).toMatchObject({ reason: 'rejected' });
    await zone.learn([a]);
    expect(await zone.write([add('10.0.0.1')], ['green'])).toBe('made');
  });
});
