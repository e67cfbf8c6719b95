import { expect, it } from 'vitest';
import { DeadlineError } from '../../src/errors.ts';
import { anotherWrites, startLoop, verdicts } from '../support/loop.ts';
import { instance } from '../support/records.ts';

it('what waits for the limits when the time is over is held, and no failure, also where the zone was to be read anew', async () => {
  const loop = await startLoop({
    ...{ instances: [instance('10.0.0.1')], length: 5_000 },
    budget: { readyAt: () => 1e6, take: () => undefined },
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
