import { isDeepStrictEqual } from 'node:util';
import { until } from '../../emulators/until.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import { RECORD_NAME, type Stage } from './stage.ts';
import type { Expectation, Step } from './steps.ts';

/** What came of a step. */
export interface StepResult {
  readonly step: Step;
  readonly asExpected: boolean;
  readonly seen: Seen;
  /** Milliseconds from just before the act to the answer of DNS, and the report, that were expected. */
  readonly took: number;
}

export interface Seen {
  /** The last answer of DNS, or why there was none. */
  readonly dns: readonly string[] | { readonly failed: string };
  /** What the function last said of the record since the act. */
  readonly report?: RecordReport;
  /** What else went wrong: the function's last error, or that of the act itself. */
  readonly error?: string;
}

/**
 * Carries out one step and looks, every few milliseconds, whether what is expected has come.
 *
 * @param options `within`: how long it may take, in milliseconds; `signal`: stops waiting.
 * @throws the signal's reason when it aborts.
 */
export async function runStep(
  step: Step,
  stage: Pick<Stage, 'agents' | 'names' | 'lastReport' | 'lastError' | 'forget'>,
  { within, signal }: { readonly within: number; readonly signal: AbortSignal },
): Promise<StepResult> {
  let seen: Seen = { dns: [] };
  const look = async () => {
    // The report first: DNS must still answer as expected after it.
    const report = stage.lastReport();
    const error = stage.lastError();
    const dns = await stage.names
      .resolve(RECORD_NAME)
      .catch((reason: unknown) => ({ failed: reason instanceof Error ? reason.message : String(reason) }));
    seen = { dns, ...(report && { report }), ...(error !== undefined && { error }) };
    return meets(seen, step.expected);
  };

  stage.forget();
  const start = performance.now();
  try {
    await step.act(stage.agents);
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { step, asExpected: false, seen: { ...seen, error: message }, took: performance.now() - start };
  }
  const asExpected = await until(look, { within, every: 5, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return false;
  });
  return { step, asExpected, seen, took: performance.now() - start };
}

function meets({ dns, report }: Seen, expected: Expectation): boolean {
  if (!isDeepStrictEqual(dns, expected.addresses)) return false;
  if (!expected.report) return true;
  return report?.reason === expected.report.reason && report.message.includes(expected.report.naming);
}
