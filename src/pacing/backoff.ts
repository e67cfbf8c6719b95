/**
 * How long to wait before trying again: doubling from the base up to the most, half of it at random, so that several
 * who failed together do not come back together.
 *
 * @param failures how many tries have failed in a row, from 1.
 * @param limits milliseconds.
 * @param random a number from 0 to 1.
 * @returns milliseconds.
 */
export function backoff(
  failures: number,
  { base, most }: { base: number; most: number },
  random: number,
): number {
  const ceiling = Math.min(most, base * 2 ** (failures - 1));
  return ceiling / 2 + (ceiling / 2) * random;
}
