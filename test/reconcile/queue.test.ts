import { describe, expect, it } from 'vitest';
import { route53Budget } from '../../src/pacing/route53-budget.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import { up } from '../support/carry-out.ts';
import { anotherWrites, settledLoop, startLoop, verdicts } from '../support/loop.ts';
import { instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';

/** So many that they wait for their turn, where there is no room. */
const many = Array.from({ length: 97 }, (_, index) => `10.0.1.${index}`);
const both = [recordSetting(), recordSetting({ service: 'web', name: 'web.corp.internal' })];

/** Two records, which want many addresses more when there is no room until the 65th second. */
async function queued() {
  let room = 0;
  const loop = await settledLoop({
    ...{ instances: up('10.0.0.1', '10.0.0.2'), records: both, length: 75_000 },
    budget: { ...route53Budget(), readyAt: (now, _, isUrgent) => (isUrgent ? now : Math.max(now, room)) },
  });
  room = 65_000;
  await loop.clock.advance(59_500);
  for (const service of ['rdsproxy', 'web']) loop.source.set(up('10.0.0.1', '10.0.0.2', ...many), service);
  return loop;
}

describe('what waits for its turn', () => {
  it('lets a name that has nothing go first', async () => {
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
    // Their TTL is to be changed, which takes eight tokens of each.
    const old = Array.from({ length: 400 }, (_, index) =>
      recordSetting({ service: `s${index}`, name: `n${index}.corp.internal` }),
    );
    const fresh = recordSetting({ service: 'fresh', name: 'fresh.corp.internal' });
    const sets = old.flatMap(({ name, query: { service } }) => [
      registered({ service, name }),
      ...addresses.map((address) => multivalueSet(address, { ttl: 60, service, name })),
    ]);
    const { clock, source, store, deadline, done } = await startLoop({
      ...{ instances: up(...addresses), records: [...old, fresh], length: 70_000 },
      sets: [revisionSet(ZONE, 'test', 5, 'former'), ...sets],
      before: (loop) => loop.source.set([], 'fresh'),
    });
    await clock.advance(3_000);
    source.set(up('10.0.0.9'), 'fresh');
    await clock.advance(1_000);
    expect(store.published()).toContain('10.0.0.9');
    deadline.abort();
    await done;
  });

  it('does not hold up a removal at the same name, also where it is left to the next invocation', async () => {
    const { clock, source, store, applied, done } = await queued();
    await clock.advance(4_500);
    anotherWrites(store, 9, (sets) => sets);
    await clock.advance(1_000);
    const failing = [instance('10.0.0.1'), instance('10.0.0.2', 'critical')];
    source.set(failing, 'web');
    await clock.advance(3_850);
    source.set([...failing, ...up(...many)]);
    await clock.advance(300);
    expect(applied().at(-1)).toBeLessThanOrEqual(70_150);
    await clock.advance(10_000);
    await done;
  });

  it('ends with its window, and is told of', async () => {
    let room = 0;
    const { clock, endedAt, passes, done } = await startLoop({
      ...{ instances: up('10.0.0.1', ...many), length: 5_000 },
      budget: { ...route53Budget(), readyAt: (now) => Math.max(now, room), turnAt: () => room },
      before: () => {
        room = 1e6;
      },
    });
    await clock.advance(5_000);
    await done;
    expect(endedAt()).toBe(5_000);
    expect(verdicts(passes)).toEqual([['paced']]);
  });

  it('is not called held where the next invocation has done it', async () => {
    const { clock, store, passes, done } = await queued();
    await clock.advance(4_000);
    anotherWrites(store, 9, (sets) => [
      ...sets,
      ...both.flatMap(({ name, query: { service } }) =>
        many.map((address) => multivalueSet(address, { name, service })),
      ),
    ]);
    await clock.advance(12_000);
    await done;
    expect(verdicts(passes).flat()).toEqual(['approve', 'approve']);
  });
});

it('on stand-by, another owner at work is nobody to wait for', async () => {
  const { clock, store, source, applied } = await settledLoop({
    ...{ instances: up('10.0.0.1', '10.0.0.2'), length: 75_000 },
  });
  await clock.advance(61_000);
  source.set([instance('10.0.0.1'), instance('10.0.0.2', 'critical')]);
  for (let number = 1; applied().length === 0 && clock.now() < 64_000; number++) {
    const others = store.sets.filter((set) => !('setIdentifier' in set && set.setIdentifier === 'green'));
    store.sets = [...others, revisionSet(ZONE, 'green', number, 'x')];
    await clock.advance(10);
  }
  expect(applied()).toEqual([62_040]);
});
