import type { RunReport } from '../../src/report/run-report.ts';
import { context, EVERY_MINUTE, type LogLine, type Stack, type Timing } from './stack.ts';
import { until } from './until.ts';

/** A scheduled run of a stack's function in its watch window. */
export interface OpenWindow {
  /** What the run comes to. Await it after `end`; until then its rejection counts as handled. */
  readonly run: Promise<RunReport>;
  /** Ends the window, and waits until the run is over. */
  end(): Promise<void>;
  /** The lines that passes have logged, with what woke them and the record's reason. */
  lines(): readonly PassLine[];
}

export interface PassLine extends LogLine {
  readonly wokenBy: readonly string[];
  readonly reason: string | undefined;
}

/** Starts a scheduled run with a long window, and waits for its first pass. */
export async function openWindow(
  stack: Pick<Stack, 'function' | 'log'>,
  {
    env = {},
    timing = {},
    handler = stack.function({ WATCH_SECONDS: '600', ...env }, timing),
  }: {
    env?: Readonly<Record<string, string>>;
    timing?: Timing;
    handler?: ReturnType<Stack['function']>;
  } = {},
): Promise<OpenWindow> {
  const before = stack.log.length;
  const ending = new AbortController();
  const run = handler(EVERY_MINUTE, context(600_000, ending.signal));
  run.catch(() => undefined);
  const lines = () => stack.log.slice(before).flatMap(passLine);
  await until(() => lines().length > 0, { what: 'the first pass', within: 40_000 });
  return {
    run,
    lines,
    end: async () => {
      ending.abort();
      await run.catch(() => undefined);
    },
  };
}

function passLine(line: LogLine): readonly PassLine[] {
  const { wokenBy, record } = line.fields as { wokenBy?: readonly string[]; record?: { reason?: string } };
  return wokenBy ? [{ ...line, wokenBy, reason: record?.reason }] : [];
}
