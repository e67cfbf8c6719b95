import { describe, expect, it } from 'vitest';
import { DeadlineError } from '../../src/errors.ts';
import { route53Budget } from '../../src/pacing/route53-budget.ts';
import { startCarryOut, up } from '../support/carry-out.ts';
import { anotherWrites, settledLoop, startLoop, verdicts } from '../support/loop.ts';
import { instance } from '../support/records.ts';

it('what waits for the limits when the time is over is held, and no failure, also where the zone was to be read anew', async () => {
  const loop = await startLoop({
    ...{ instances: [instance('10.0.0.1')], length: 5_000 },
    budget: {
      readyAt: () => 1e6,
      take: () => undefined,
      turnAt: (now: number) => now,
      othersTook: () => undefined,
    },
  });
  await loop.clock.advance(4_000);
  anotherWrites(loop.store, 9, (sets) => sets);
  loop.source.set([instance('10.0.0.1'), instance('10.0.0.2')]);
  await loop.clock.advance(2_000);
  loop.store.fail('read', new DeadlineError('listing the records'));
  loop.deadline.abort();
  await loop.done;
  expect(verdicts(loop.passes)).toEqual([['paced']]);
});

describe('a large request that can wait', () => {
  const many = up(...Array.from({ length: 60 }, (_, index) => `10.0.0.${index}`));
  const wanted = { a: many, b: many };

  it('is not sent where another writer was faster, which one look tells', async () => {
    const { store, clock, go, requests } = await startCarryOut(wanted);
    await clock.advance(1_000);
    anotherWrites(store, 9, (sets) => sets);
    const { lost, settled } = await go();
    expect([lost.length, settled.length]).toEqual([2, 0]);
    expect(requests()).toEqual([]);
  });

  it('is sent at once where that is known from a moment ago', async () => {
    const { store, go } = await startCarryOut(wanted);
    await go();
    expect(store.calls.map(({ kind }) => kind)).toEqual(['apply']);
  });
});

describe('what waits for the limits from stand-by on', () => {
  const many = Array.from({ length: 100 }, (_, index) => `10.0.1.${index}`);
  const waitingLoop = async (...added: readonly string[]) => {
    let room = 0;
    const loop = await settledLoop({
      ...{ instances: up('10.0.0.1'), length: 75_000 },
      budget: { ...route53Budget(), readyAt: (now, _, isUrgent) => (isUrgent ? now : Math.max(now, room)) },
    });
    room = 65_000;
    await loop.clock.advance(60_500);
    loop.source.set(up('10.0.0.1', ...added));
    return loop;
  };

  it('goes on when there is room for it, if it is little', async () => {
    const { clock, applied } = await waitingLoop('10.0.0.2');
    await clock.advance(10_000);
    expect(applied()).toEqual([65_000]);
  });

  it('rests, if it is much, and goes on where there is no next invocation', async () => {
    const { clock, applied } = await waitingLoop(...many.slice(1));
    await clock.advance(10_000);
    expect(applied()).toEqual([70_000]);
  });

  it('is left to the next one where there is one, and told of at the end', async () => {
    const { clock, store, applied, passes, done } = await waitingLoop(...many.slice(1));
    await clock.advance(5_000);
    anotherWrites(store, 9, (sets) => sets);
    await clock.advance(20_000);
    await done;
    expect(applied()).toEqual([]);
    expect(verdicts(passes)).toEqual([['paced']]);
  });
});
