import type { Log } from './log-lines.ts';

/** From the least to the most urgent. */
const LEVELS: readonly string[] = ['info', 'warn', 'error'] satisfies Level[];
type Level = Parameters<Log>[0];

/** Levels of Powertools that are more urgent than any of ours; those below `info` are `info` to us. */
const ERRORS_ONLY: readonly string[] = ['critical', 'silent'];

export interface LineContext {
  /** Tells this deployment's lines from others'. */
  readonly service: string;
  /**
   * The least urgent level that is written, in any case: ours, or one of Powertools. Errors are written at each of them:
   * whoever looks for a failed run must find why. `info` if it is neither.
   */
  readonly threshold: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** As Lambda hands it to the process: `Root=1-…;Parent=…`. */
  readonly trace: string | undefined;
}

/**
 * A line of the log as Logs Insights finds fields in it: one JSON object, with the fields that Powertools for AWS Lambda
 * gives such a line. https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/#standard-structured-keys
 *
 * Written here rather than by that library, which is 23 KB more for a cold start to read, because it is no more than this.
 *
 * @returns without the line break; `undefined` where the level is too low.
 */
export function jsonLine(
  level: Level,
  message: string,
  fields: object,
  { service, threshold, now, trace }: LineContext,
): string | undefined {
  const least = rankOf(threshold?.toLowerCase() ?? '');
  if (LEVELS.indexOf(level) < least) return undefined;
  const root = /Root=([\w-]{1,64})/.exec(trace ?? '')?.[1];
  return JSON.stringify({
    level: level.toUpperCase(),
    message,
    timestamp: new Date(now).toISOString(),
    service,
    ...(root !== undefined && { xray_trace_id: root }),
    ...fields,
  });
}

/** @returns -1 where all is written. */
function rankOf(threshold: string): number {
  return LEVELS.indexOf(ERRORS_ONLY.includes(threshold) ? 'error' : threshold);
}
