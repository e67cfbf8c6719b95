import { describe, expect, it } from 'vitest';
import { expectPromises } from './schedules.ts';
import { simulate } from './simulate.ts';

// Ten thousand more are in promises-a.test.ts and promises-b.test.ts.
it('whatever happens, the promises hold in some schedules', { timeout: 3_600_000 }, async () => {
  await expectPromises(1, 100);
});

describe('a schedule', () => {
  it('goes the same way again with the same seed', async () => {
    const once = await simulate(1);
    expect(once.trace.length).toBeGreaterThan(5);
    expect(await simulate(1)).toEqual(once);
    expect((await simulate(8)).trace).not.toEqual(once.trace);
  });
});
