import { describe, expect, it } from 'vitest';
import { describeViolation, runSchedules } from './schedules.ts';
import { simulate } from './simulate.ts';

/** `SIMULATION_SEED` replays one schedule; `SIMULATION_COUNT` runs so many, from that seed on if there is one. */
const { SIMULATION_SEED, SIMULATION_COUNT } = process.env;
const FIRST = Number(SIMULATION_SEED ?? 1);
const COUNT = Number(SIMULATION_COUNT ?? (SIMULATION_SEED === undefined ? 50 : 1));

// Ten thousand are in promises.test.ts.
it('whatever happens, the promises hold in some schedules', { timeout: 3_600_000 }, async () => {
  const found = await runSchedules(FIRST, COUNT);
  if ('violation' in found) expect.fail(describeViolation(found.violation));
});

describe('a schedule', () => {
  it('goes the same way again with the same seed', async () => {
    const once = await simulate(1);
    expect(once.trace.length).toBeGreaterThan(5);
    expect(await simulate(1)).toEqual(once);
    expect((await simulate(8)).trace).not.toEqual(once.trace);
  });
});
