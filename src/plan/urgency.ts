import type { Decision } from './decide.ts';

/** What cannot wait (0), what should not (1), and the rest (2). */
export type Urgency = 0 | 1 | 2;

/** Dead addresses leave first, then names get addresses that have none, then the rest. */
export function urgencyOf({ lines }: Decision): Urgency {
  const removes = lines.some(
    ({ published, after }) => after && published?.some((address) => !after.includes(address)),
  );
  if (removes) return 0;
  return lines.every(({ published }) => published?.length === 0) ? 1 : 2;
}
