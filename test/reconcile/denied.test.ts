import { expect, it } from 'vitest';
import { RecordStoreError } from '../../src/errors.ts';
import { startLoop } from '../support/loop.ts';
import { instance, recordSetting } from '../support/records.ts';
import type { ScriptedStore } from '../support/scripted.ts';
import { a, add, openZone } from '../support/zone.ts';

/** Makes a store deny every change of these names, as Route 53 does: before anything else, at the first try. */
function deny(store: ScriptedStore, isDenied: (name: string) => boolean) {
  const { apply } = store;
  store.apply = async (changes, signal) => {
    if (!changes.some(({ set }) => isDenied(set.name))) return await apply(changes, signal);
    store.calls.push({ kind: 'apply', at: 0, changes });
    throw new RecordStoreError('access-denied', 'not authorized', { attempts: 1 });
  };
}

const records = Array.from({ length: 100 }, (_, index) => recordSetting({ name: `n${index}.corp.internal` }));

/** A window of 75 s, all of it. @returns how many requests changed something or tried to, and how many read. */
async function windowOf(isDenied: (name: string) => boolean) {
  const loop = await startLoop({
    records,
    instances: [instance('10.0.1.1')],
    length: 75_000,
    before: ({ store }) => deny(store, isDenied),
  });
  for (let second = 0; second < 80; second++) await loop.clock.advance(1_000);
  await loop.done;
  const count = (kind: string) => loop.store.calls.filter((call) => call.kind === kind).length;
  return { writes: count('apply'), reads: count('read'), published: loop.store.published().length };
}

it('a role without the right to any of 100 names costs few requests in a window', async () => {
  const { writes, reads, published } = await windowOf((name) => name.startsWith('n'));
  expect(published).toBe(0);
  expect(writes).toBeLessThanOrEqual(60);
  expect(reads).toBeLessThanOrEqual(20);
});

it('without the right to one of them, the others are changed, and it alone is tried again', async () => {
  const { writes, reads, published } = await windowOf((name) => name === 'n37.corp.internal');
  expect(published).toBe(99);
  expect(writes).toBeLessThanOrEqual(35);
  expect(reads).toBeLessThanOrEqual(20);
});

it('without the right to some of them, wherever they are, the others are changed all the same', async () => {
  const denied = records.map(({ name }) => name).filter((name) => /^n(\d|\d5)\./.test(name));
  expect(denied).toHaveLength(19);
  const { writes, reads, published } = await windowOf((name) => denied.some((each) => each === name));
  expect(published).toBe(81);
  expect(writes).toBeLessThanOrEqual(200);
  expect(reads).toBeLessThanOrEqual(60);
});

it.each([
  [1, ['apply']],
  [undefined, ['apply', 'read']],
  // An earlier try may have been carried out, and only its answer lost.
  [2, ['apply', 'read']],
])('after a denial at try %s of a request, its requests are %j', async (attempts, kinds) => {
  const { store, zone } = openZone();
  await zone.learn([a]);
  store.calls.length = 0;
  store.fail(
    'apply',
    new RecordStoreError('access-denied', 'no', attempts === undefined ? {} : { attempts }),
  );
  expect(await zone.write([add('10.0.0.1')], [])).toMatchObject({ reason: 'access-denied' });
  expect(store.calls.map(({ kind }) => kind)).toEqual(kinds);
});
