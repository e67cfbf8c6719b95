import { expect } from 'vitest';
import type { Violation } from './invariants.ts';
import type { Sabotage } from './lambda.ts';
import { type Counts, simulate } from './simulate.ts';

/** `SIMULATION_SEED` replays one schedule; `SIMULATION_COUNT` runs so many, from that seed on if there is one. */
const { SIMULATION_SEED, SIMULATION_COUNT } = process.env;

/** The first violation in so many schedules; `undefined` if there is none. */
export async function firstViolation(
  first: number,
  count: number,
  sabotage: Sabotage = {},
): Promise<(Violation & { readonly seed: number }) | undefined> {
  const totals = new Map<string, number>();
  for (let seed = first; seed < first + count; seed++) {
    const { violation, counts } = await simulate(seed, sabotage);
    if (violation) return { seed, ...violation };
    for (const [what, number] of Object.entries(counts satisfies Counts))
      totals.set(what, (totals.get(what) ?? 0) + number);
  }
  console.log(`${count} schedules from ${first}: ${JSON.stringify(Object.fromEntries(totals))}`);
  return undefined;
}

/** Expects that the promises hold in so many schedules, or in those that the environment asks for. */
export async function expectPromises(first: number, count: number): Promise<void> {
  const asked = SIMULATION_SEED ?? SIMULATION_COUNT;
  const found = await firstViolation(
    Number(SIMULATION_SEED ?? first),
    asked === undefined ? count : Number(SIMULATION_COUNT ?? 1),
  );
  if (found)
    expect.fail(
      `${found.invariant}, at ${Math.round(found.at)} ms: ${found.what}. Replay it with SIMULATION_SEED=${found.seed}.`,
    );
}
