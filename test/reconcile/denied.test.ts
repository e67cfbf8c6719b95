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

/**
 * A window of 75 s, all of it.
 *
 * @param isDenied to a name, some seconds after its beginning.
 * @returns how many requests changed something or tried to, how many read, and when the last one changed something.
 */
async function windowOf(isDenied: (name: string, second: number) => boolean) {
  const loop = await startLoop({
    records,
    instances: [instance('10.0.1.1')],
    length: 75_000,
    before: ({ store, clock }) => deny(store, (name) => isDenied(name, clock.now() / 1_000)),
  });
  let [published, lastAt] = [0, 0];
  for (let second = 0; second < 80; second++) {
    await loop.clock.advance(1_000);
    if (loop.store.published().length > published) lastAt = second;
    published = loop.store.published().length;
  }
  await loop.done;
  const count = (kind: string) => loop.store.calls.filter((call) => call.kind === kind).length;
  return { writes: count('apply'), reads: count('read'), published, lastAt };
}

it('a role without the right to any of 100 names costs little more than a request for each in a window', async () => {
  const { writes, reads, published } = await windowOf((name) => name.startsWith('n'));
  expect(published).toBe(0);
  // Whether it has the right to one of them is found only by asking for that one alone, so each costs a request.
  expect(writes).toBeLessThanOrEqual(100 + 60);
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
  ['every tenth and fourth after it', (index: number) => index % 10 === 3 || index % 10 === 7],
  ['the last', (index: number) => index === 99],
  ['every third', (index: number) => index % 3 === 2],
  ['half of them by chance', (index: number) => (index * 7_919) % 101 < 50],
])('with the right to %s only, those are changed within a minute', async (_, isAllowed) => {
  const indexOf = (name: string) => Number(/^n(\d+)\./.exec(name)?.[1] ?? Number.NaN);
  const allowed = records.filter(({ name }) => isAllowed(indexOf(name)));
  const { writes, reads, published, lastAt } = await windowOf(
    (name) => name.startsWith('n') && !isAllowed(indexOf(name)),
  );
  expect(published).toBe(allowed.length);
  expect(lastAt).toBeLessThan(60);
  expect(writes).toBeLessThanOrEqual(200);
  expect(reads).toBeLessThanOrEqual(40);
});

it('a right to half of them that is granted in the meantime is noticed', async () => {
  const { published, lastAt } = await windowOf(
    (name, second) => /^n\d/.test(name) && (second < 25 || /[02468]\./.test(name)),
  );
  expect(published).toBeGreaterThan(20);
  expect(lastAt).toBeGreaterThan(25);
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
