import type { Violation } from './invariants.ts';
import type { Sabotage } from './lambda.ts';
import { simulate } from './simulate.ts';

/** What came of some schedules: the first violation, or how much there was of each thing. */
export type Found =
  | { readonly violation: Violation & { readonly seed: number } }
  | { readonly totals: Readonly<Record<string, number>> };

/** Runs so many schedules, or as many as it takes to find a violation. @param first the seed of the first one. */
export async function runSchedules(first: number, count: number, sabotage: Sabotage = {}): Promise<Found> {
  const totals: Record<string, number> = {};
  for (let seed = first; seed < first + count; seed++) {
    const { violation, counts } = await simulate(seed, sabotage);
    if (violation) return { violation: { seed, ...violation } };
    for (const [what, number] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + number;
  }
  return { totals };
}

/** A violation in words, and how to see it again. */
export function describeViolation({
  invariant,
  at,
  what,
  seed,
}: Violation & { readonly seed: number }): string {
  return `${invariant}, at ${Math.round(at)} ms: ${what}. Replay it with SIMULATION_SEED=${seed}.`;
}
