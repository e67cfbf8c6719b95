/** Whether a row meets its target. */
export type Verdict =
  | { readonly met: true }
  /** By how much it is missed, and why. */
  | { readonly met: false; readonly missed: string };

/** One line of the table. */
export interface Row {
  /** The group it stands in. */
  readonly part: Part;
  readonly what: string;
  /** What was measured, with its unit. */
  readonly measured: string;
  /** Minimum and maximum, and over how many samples. */
  readonly spread: string;
  /** What it has to be; absent where the line is there for comparison. */
  readonly target?: string;
  readonly verdict?: Verdict;
}

export const PARTS = {
  reaction: 'Reaction in an open window',
  first: 'First change after a quiet time',
  handover: 'Reaction over five minutes of windows that overlap',
  cold: 'Cold start',
  load: 'What a health flip costs Consul',
  calls: 'Calls, one record',
  scale: 'Scale',
  memory: 'Memory',
} as const;

export type Part = keyof typeof PARTS;

/** Judges a number that must not exceed another. `why` is asked only if it does. */
export function atMost(value: number, most: number, unit: string, why: () => string): Verdict {
  if (value <= most) return { met: true };
  const share = most > 0 ? ` (${Math.round((value / most - 1) * 100)} %)` : '';
  return { met: false, missed: `by ${amount(value - most)}${unit && ` ${unit}`}${share}: ${why()}` };
}

/** Judges several numbers, none of which must exceed its bound; says each that does. */
export function allAtMost(
  bounds: readonly (readonly [what: string, value: number, most: number])[],
): Verdict {
  const over = bounds.filter(([, value, most]) => value > most);
  if (over.length === 0) return { met: true };
  const missed = over.map(([what, value, most]) => `${what}: ${amount(value)} instead of ${amount(most)}`);
  return { met: false, missed: missed.join('; ') };
}

/** A number as a reader wants it: three digits that matter, thousands apart. */
export function amount(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-GB');
}
