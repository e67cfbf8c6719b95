import type { Clock } from '../../src/ports.ts';
import type { RecordReport, RunReport } from '../../src/report/run-report.ts';

/** Seconds from one tick of the schedule to the next, and those in which a change is made once a function runs. */
const TICK = 60;
const CHANGE = 3;

/** How often it is looked at within that time. */
const LOOKS = 4;

/** What tells one record of a plan from the others. */
export const recordKey = ({ zoneId, name, type }: Pick<RecordReport, 'zoneId' | 'name' | 'type'>) =>
  `${zoneId} ${name} ${type}`;

/** A plan, and which records it has shown as pending for longer than a function leaves them so, by `recordKey`. */
export interface Looked {
  readonly report: RunReport;
  readonly overdue: ReadonlySet<string>;
}

/** Seconds after which a function that runs has done what is pending: at once, or at its next tick where it does not watch. */
export const followsWithin = (watchSeconds: number) => Math.max(0, TICK - watchSeconds) + CHANGE;

/**
 * Plans again while a record has been pending at every look, until that is over, or has lasted too long: nobody follows
 * it then. What has become pending only meanwhile is another matter.
 *
 * @param within seconds.
 */
export async function lookAgain(
  first: RunReport,
  plan: () => Promise<RunReport>,
  within: number,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<Looked> {
  const end = clock.now() + 1_000 * within;
  let report = first;
  let overdue = pendingIn(first);
  while (overdue.size > 0 && clock.now() < end) {
    await clock.sleep((1_000 * within) / LOOKS, new AbortController().signal);
    report = await plan();
    const pending = pendingIn(report);
    overdue = new Set([...overdue].filter((key) => pending.has(key)));
  }
  // Where some were made meanwhile, a function is at work, and the others wait for Route 53's limits.
  const isAtWork = overdue.size < pendingIn(first).size;
  return { report, overdue: isAtWork ? new Set() : overdue };
}

const pendingIn = ({ records }: RunReport): ReadonlySet<string> =>
  new Set(records.filter(({ outcome }) => outcome === 'planned').map(recordKey));
