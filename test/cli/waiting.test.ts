import { expect, it } from 'vitest';
import { patiently } from '../../cli/waiting.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** Waits for work that takes so many milliseconds; what was told meanwhile. */
async function toldOf(milliseconds: number) {
  const told: string[] = [];
  const clock = fakeClock();
  const work = clock.sleep(milliseconds, new AbortController().signal).then(() => 'done');
  const waited = patiently(work, 'Consul', (sentence) => void told.push(sentence), clock);
  await clock.advance(60_000);
  expect(await waited).toBe('done');
  expect(clock.sleepers).toBe(0);
  return told;
}

it('tells who waits long for what, once', async () => {
  expect(await toldOf(4_999)).toEqual([]);
  expect(await toldOf(22_000)).toEqual(['Still waiting for Consul.']);
});
