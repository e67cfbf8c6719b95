import { expect, it } from 'vitest';
import { doorbell } from '../../src/reconcile/doorbell.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** Waits at a bell, and notes when that is over. */
function waiting(milliseconds: number) {
  const clock = fakeClock();
  const bell = doorbell(clock);
  const over: number[] = [];
  const wait = () => void bell.wait(milliseconds).then(() => over.push(clock.now()));
  return { clock, bell, over, wait };
}

it('lets sleep until the time is over', async () => {
  const { clock, over, wait } = waiting(100);
  wait();
  await clock.advance(99);
  expect(over).toEqual([]);
  await clock.advance(1);
  expect(over).toEqual([100]);
});

it('wakes who sleeps', async () => {
  const { clock, bell, over, wait } = waiting(100);
  wait();
  await clock.advance(30);
  bell.ring();
  await clock.advance(0);
  expect(over).toEqual([30]);
  expect(clock.sleepers).toBe(0);
});

it('keeps one ring for who comes late, however often it rang', async () => {
  const { clock, bell, over, wait } = waiting(100);
  bell.ring();
  bell.ring();
  wait();
  await clock.advance(0);
  expect(over).toEqual([0]);
  wait();
  await clock.advance(100);
  expect(over).toEqual([0, 100]);
});
