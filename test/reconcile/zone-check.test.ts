import { describe, expect, it } from 'vitest';
import { RecordStoreError } from '../../src/errors.ts';
import { multivalueSet } from '../support/records.ts';
import { a, add, b, namesRead, openZone, REVISIONS, revision, setsAt } from '../support/zone.ts';

const NEVER = Number.NEGATIVE_INFINITY;
const lost = new RecordStoreError('route53-unavailable', 'socket hang up');

/** A zone of which two names are known since the moment 0, checked 100 ms later. */
async function checkedZone(meanwhile: (zone: ReturnType<typeof openZone>) => void) {
  const each = openZone([revision(7), multivalueSet('10.0.0.1', { name: a })]);
  await each.zone.learn([a, b]);
  const { generation } = each.zone;
  await each.clock.advance(100);
  meanwhile(each);
  each.store.calls.length = 0;
  await each.zone.check();
  expect(namesRead(each.store.calls)).toEqual([[REVISIONS]]);
  each.store.calls.length = 0;
  return { ...each, isVoid: each.zone.generation !== generation };
}

describe('a check of what is known', () => {
  it('keeps it all where the revision is the same', async () => {
    const { store, zone, isVoid } = await checkedZone(() => undefined);
    expect(isVoid).toBe(false);
    expect(zone).toMatchObject({ checkedAt: 100, foreignSince: 0 });
    await zone.learn([a, b]);
    expect(store.calls).toEqual([]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.1']);
  });

  it.each([
    ['ours, by another writer', [revision(8)]],
    ["another owner's", [revision(7), revision(3, 'x', 'green')]],
    ['none any more', []],
  ])('forgets it all where the revision is another one: %s', async (_, revisions) => {
    const added = multivalueSet('10.0.0.2', { name: a });
    const { store, zone, isVoid } = await checkedZone(({ store }) => {
      store.sets = [...revisions, added];
    });
    expect(isVoid).toBe(true);
    expect(zone).toMatchObject({ checkedAt: 100, foreignSince: 100 });
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
    expect(setsAt(zone, a)).toEqual(['10.0.0.2']);
    // What is known since then is written from.
    expect(await zone.write([add('10.0.0.3')], [])).toBe('made');
  });

  it('forgets it all where the revision cannot be read, and has checked nothing then', async () => {
    const { clock, store, zone, isVoid } = await checkedZone(({ store }) => store.fail('read', lost));
    expect(isVoid).toBe(true);
    expect(zone.checkedAt).toBe(0);
    await clock.advance(100);
    await zone.learn([a, b]);
    expect(namesRead(store.calls)).toEqual([[REVISIONS, a, b]]);
    // It was nobody else after all.
    expect(zone).toMatchObject({ checkedAt: 200, foreignSince: 0 });
  });

  it('reads nothing of a zone of which nothing is known', async () => {
    const { store, zone } = openZone();
    await zone.check();
    expect(store.calls).toEqual([]);
    expect(zone.checkedAt).toBe(NEVER);
  });

  it('is what each look and each write that is made comes to', async () => {
    const { clock, zone } = openZone();
    await clock.advance(100);
    await zone.learn([a]);
    expect(zone.checkedAt).toBe(100);
    await clock.advance(100);
    await zone.write([add('10.0.0.1')], []);
    expect(zone.checkedAt).toBe(200);
  });

  it('throws what is a bug of ours', async () => {
    const { store, zone } = openZone();
    await zone.learn([a]);
    store.fail('read', new TypeError('a bug'));
    await expect(zone.check()).rejects.toThrow('a bug');
  });
});
