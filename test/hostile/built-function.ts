import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildFunction } from '../support/function-process.ts';

/** What the built function is asked. */
export interface Invocation {
  readonly event: object;
  /** Milliseconds that it has. */
  readonly time: number;
  /** As after a cold start. */
  readonly fresh?: boolean;
}

/** What came of it. */
export interface Result {
  readonly report?: { readonly outcome: string; readonly records?: readonly { readonly reason?: string }[] };
  readonly error?: { readonly name: string; readonly message: string };
  /** Of the log and of the result, as JSON. */
  readonly logBytes: number;
  readonly resultBytes: number;
  /** Texts that came out, in log, metrics, result or error, and are not fit for a terminal. */
  readonly unprintable: readonly string[];
  /** Of the process in bytes: now, and at most since the last answer. V8 keeps much of what it had once. */
  readonly memory: number;
  readonly mostMemory: number;
  /** Of that, what is in use after all garbage was collected. */
  readonly usedMemory: number;
}

/** Takes an invocation at a time; `end` ends its window. Two further messages tell how it is while a window is open. */
const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
const { createHandler } = require('./update.cjs');
const UNPRINTABLE = /[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]/u;
let unprintable = [];
let logBytes = 0;
function look(value, key) {
  if (typeof value === 'string') {
    const lines = key === 'stack' ? value.split('\\n') : [value];
    unprintable.push(...lines.filter((line) => UNPRINTABLE.test(line)).slice(0, 5));
  } else if (value && typeof value === 'object')
    for (const [name, each] of Object.entries(value)) { look(name); look(each, name); }
}
const kilobytes = (name) =>
  1024 * Number(new RegExp('^' + name + ':\\\\s+(\\\\d+)', 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
const compose = () => createHandler({
  env: process.env,
  log(level, message, fields) {
    logBytes += Buffer.byteLength(JSON.stringify({ level, message, ...fields }));
    look({ message, fields });
  },
  metrics: look,
  route53: {
    endpoint: process.env.ROUTE53_URL,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  },
  consul: { timeout: 20_000 },
  route53Timing: { timeout: 20_000, retry: { base: 1, most: 2 } },
  doctor: { limits: { consul: 20_000, route53: 20_000 } },
});
let handler = compose();
let window = new AbortController();
function told(own) {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  const result = { ...own, usedMemory: heapUsed + external, logBytes, unprintable: unprintable.slice(0, 5), memory: kilobytes('VmRSS'), mostMemory: kilobytes('VmHWM') };
  [logBytes, unprintable] = [0, []];
  // So that the most is counted from here on. https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
  writeFileSync('/proc/self/clear_refs', '5');
  return result;
}
process.on('message', async ({ invocation, look: asked, end }) => {
  if (end) return window.abort();
  if (asked) return process.send(told({ of: 'look', resultBytes: 0 }));
  const { event, time, fresh } = invocation;
  if (fresh) handler = compose();
  window = new AbortController();
  const until = performance.now() + time;
  const context = { getRemainingTimeInMillis: () => Math.max(0, until - performance.now()), windowEnd: window.signal };
  let own;
  try {
    const report = await handler(event, context);
    look(report);
    own = { report, resultBytes: Buffer.byteLength(JSON.stringify(report)) };
  } catch ({ name, message }) {
    look(message);
    own = { error: { name, message }, resultBytes: Buffer.byteLength(message) };
  }
  process.send(told({ of: 'invocation', ...own }));
});
process.on('disconnect', () => process.exit());`;

/** The built function in a process of its own, with little memory for its heap. */
export interface BuiltFunction {
  invoke(invocation: Invocation): Promise<Result>;
  /** What there is to tell in the middle of a window. */
  look(): Promise<Result>;
  /** Ends the window, so that `invoke` resolves. */
  end(): void;
  close(): Promise<void>;
}

export async function startBuiltFunction(env: Readonly<Record<string, string>>): Promise<BuiltFunction> {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  await buildFunction(folder, 'main.cjs', PROGRAM);
  const child = fork(join(folder, 'main.cjs'), {
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Less than Lambda's bootstrap gives it in a function of 128 MB: what is only not yet collected is no need of memory.
    execArgv: ['--expose-gc', '--max-semi-space-size=6', '--max-old-space-size=64'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors = child.stderr ? text(child.stderr) : Promise.resolve('');
  const ended = once(child, 'close').then(async ([code, signal]) => {
    throw new Error(`the function's process ended with ${code ?? signal}: ${await errors}`);
  });
  ended.catch(() => undefined);
  const ask = async (message: object, of: 'look' | 'invocation') => {
    const answered = answerTo(child, of);
    child.send(message);
    return await Promise.race([answered, ended]);
  };
  return {
    invoke: (invocation) => ask({ invocation }, 'invocation'),
    look: () => ask({ look: true }, 'look'),
    end: () => void child.send({ end: true }),
    async close() {
      child.kill();
      await ended.catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answerTo(child: ChildProcess, of: 'look' | 'invocation'): Promise<Result> {
  return new Promise((resolve) => {
    const listen = (message: Result & { readonly of: string }) => {
      if (message.of !== of) return;
      child.off('message', listen);
      resolve(message);
    };
    child.on('message', listen);
  });
}
