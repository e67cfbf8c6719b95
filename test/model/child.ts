import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildBundle } from '../../build/bundle.ts';
import type { RunReport } from '../../src/report/run-report.ts';

/** Invokes the bundle once, as Lambda does, with as much time as the parent says. */
const MAIN = `
import { handler } from './update.cjs';
process.once('message', async ({ time }) => {
  const end = performance.now() + time;
  const context = { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
  const report = await handler({}, context);
  process.send(report, () => process.disconnect());
});`;

/** Bundles the function, and a program that invokes it. */
export async function buildChild(folder: string): Promise<void> {
  await Promise.all([buildBundle(folder), writeFile(join(folder, 'main.mjs'), MAIN)]);
}

/** The function in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** What it reported; `undefined` if it was killed before. Rejects if it ended in another way. */
  readonly report: Promise<RunReport | undefined>;
}

/**
 * Starts the function in a process of its own and invokes it.
 *
 * @param time milliseconds that the invocation has.
 */
export function startChild(folder: string, env: Readonly<Record<string, string>>, time: number): Child {
  const child = fork(join(folder, 'main.mjs'), {
    cwd: folder,
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors = child.stderr ? text(child.stderr) : Promise.resolve('');
  let report: RunReport | undefined;
  child.once('message', (message) => {
    report = message as RunReport;
  });
  // Not at its exit: that may be noticed before the message has been read.
  const ended = once(child, 'close').then(async ([code, signal]) => {
    if (signal === 'SIGKILL') return undefined;
    if (code !== 0 || !report) throw new Error(`the function ended with ${code ?? signal}: ${await errors}`);
    return report;
  });
  child.send({ time });
  return { process: child, report: ended };
}
