import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RunReport } from '../../src/report/run-report.ts';
import { deployedNode } from '../real-parts/lambda-node.ts';
import { builtBundle } from './built-bundle.ts';

/**
 * Invokes the bundle once, as Lambda does, with as much time as the parent says. The function's clock can be moved on,
 * so that a minute of a window need not be waited for; the time that it has left is the real one.
 */
const MAIN = `
const now = performance.now.bind(performance);
let ahead = 0;
performance.now = () => now() + ahead;
const { handler } = await import('./update.cjs');
const windowEnd = new AbortController();
let began = 0;
process.on('message', async ({ event, time, end, age }) => {
  if (age) {
    ahead = Math.max(ahead, began + age - now());
    process.send({ age });
  }
  if (end) windowEnd.abort();
  if (time === undefined) return;
  began = now();
  const until = began + time;
  const context = {
    getRemainingTimeInMillis: () => Math.max(0, until - now()),
    windowEnd: windowEnd.signal,
  };
  const report = await handler(event, context);
  process.send(report, () => process.disconnect());
});
process.on('disconnect', () => process.exit());`;

/**
 * Puts the bundled function into a folder, and if not told otherwise a program that invokes it as `main.mjs`.
 *
 * @returns the path of the Node to run it with.
 */
export async function buildFunction(folder: string, main = 'main.mjs', program = MAIN): Promise<string> {
  await cp((await builtBundle()).folder, folder, { recursive: true });
  await writeFile(join(folder, main), program);
  return await deployedNode();
}

/** The function in a process of its own. */
export interface FunctionProcess {
  readonly process: ChildProcess;
  /** What it reported; `undefined` if it was killed before. Rejects if it ended in another way. */
  readonly report: Promise<RunReport | undefined>;
  /** Ends its watch window. */
  end(): void;
  /** Lets it believe that it was invoked so many milliseconds ago, if that is not longer ago anyway. Resolves when it does. */
  age(milliseconds: number): Promise<void>;
}

/**
 * Starts the function in a process of its own and invokes it.
 *
 * @param time milliseconds that the invocation has.
 * @param execPath the Node that runs it.
 */
export function startFunction(
  folder: string,
  env: Readonly<Record<string, string>>,
  time: number,
  event: object = {},
  execPath = process.execPath,
): FunctionProcess {
  const child = fork(join(folder, 'main.mjs'), {
    execPath,
    cwd: folder,
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors = child.stderr ? text(child.stderr) : Promise.resolve('');
  let report: RunReport | undefined;
  child.on('message', (message: RunReport | { readonly age: number }) => {
    if ('outcome' in message) report = message;
  });
  // Not at its exit: that may be noticed before the message has been read.
  const ended = once(child, 'close').then(async ([code, signal]) => {
    if (signal === 'SIGKILL') return undefined;
    if (code !== 0 || !report) throw new Error(`the function ended with ${code ?? signal}: ${await errors}`);
    return report;
  });
  // Whoever asks for the report looks at it; until then a rejection is not "unhandled".
  ended.catch(() => undefined);
  const tell = (message: object) => void (child.connected && child.send(message));
  tell({ event, time });
  return {
    process: child,
    report: ended,
    end: () => tell({ end: true }),
    async age(milliseconds) {
      const answered = once(child, 'message');
      tell({ age: milliseconds });
      const hasEnded = ended.then(() =>
        Promise.reject(new Error('the function has ended before it could age')),
      );
      await Promise.race([answered, hasEnded]);
    },
  };
}
