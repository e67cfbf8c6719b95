import type { Clock } from '../ports.ts';
import { type Finding, failed, type Leg, type LegName, legOf } from './finding.ts';

export interface Examination {
  readonly leg: LegName;
  readonly subject?: string | undefined;
  /** Milliseconds that it may take. */
  readonly within: number;
  /** What it means that it took longer. */
  readonly overdue: () => Finding;
  /** What an error means that the work rejects with in time; what is thrown here is a bug. By default every error is. */
  readonly broken?: (error: unknown) => Finding;
}

/** Carries out an examination and measures it. Never rejects: a leg that breaks has failed. */
export type Examine = (
  examination: Examination,
  work: (signal: AbortSignal) => Promise<Finding>,
) => Promise<Leg>;

/** @param whole aborts when the time of all examinations is used up. */
export function examiner(clock: Pick<Clock, 'now'>, whole: AbortSignal): Examine {
  return async ({ leg, subject, within, overdue, broken = bug }, work) => {
    const start = clock.now();
    const { signal, close } = shorten(whole, within);
    const late = () => (whole.aborted ? outOfTime() : overdue());
    const finding = await Promise.race([work(signal), aborted(signal).then(late)])
      .catch((error: unknown) => (signal.aborted ? late() : broken(error)))
      .catch(bug)
      .finally(close);
    return legOf(leg, finding, subject, Math.round(clock.now() - start));
  };
}

/**
 * A signal that aborts with another one, or after so many milliseconds. Not by AbortSignal.any of that and of
 * AbortSignal.timeout: Node may collect the latter as garbage, and it never aborts.
 */
function shorten(whole: AbortSignal, within: number): { readonly signal: AbortSignal; close(): void } {
  const own = new AbortController();
  const abort = () => own.abort();
  const timer = setTimeout(abort, within);
  if (whole.aborted) abort();
  whole.addEventListener('abort', abort);
  return {
    signal: own.signal,
    close() {
      clearTimeout(timer);
      whole.removeEventListener('abort', abort);
    },
  };
}

function outOfTime(): Finding {
  return failed(
    'It was not finished when the time of the doctor was used up.',
    'See to the legs that took long.',
  );
}

function bug(error: unknown): Finding {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failed(`It could not be examined (${said}).`, 'Report this as a bug of the updater.');
}

/** Some probes cannot be ended, such as the system's look-up of a host name; they are not waited for. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
