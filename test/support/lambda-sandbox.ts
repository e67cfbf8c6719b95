import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { LambdaParts } from '../real-parts/lambda-runtime.ts';
import { until } from './until.ts';

/** What the runtime answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A function behind AWS's emulator of Lambda, in Lambda's own runtime. */
export interface LambdaSandbox {
  invoke(event: object): Promise<Answer>;
  /** Stops the process of the function, as Lambda does between two invocations. Only once it was invoked. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** The lines that the function has written so far, without the emulator's own. */
  lines(): readonly string[];
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** The folder with the unpacked package. */
  readonly task: string;
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

/**
 * What the emulator answers where it took the end of the last process, which it ended itself, for that of the next one: it
 * lets go of whoever waits for its end before it cancels what waited for that process, and in between the next one may have
 * begun to wait. (`watchEvents` in its internal/lambda/rapid/handlers.go.)
 */
const NEVER_BEGAN = /Error: ErrGateCanceled"/;

export async function startSandbox(
  { node, client, emulator }: LambdaParts,
  { task, handler, env, timeout }: SandboxOptions,
): Promise<LambdaSandbox> {
  const [runtimeApi, port] = await Promise.all([freePort(), freePort()]);
  const child = spawn(
    emulator,
    [
      ...['--log-level', 'error'],
      ...['--runtime-api-address', `127.0.0.1:${runtimeApi}`],
      ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
      ...[node, client, handler],
    ],
    {
      cwd: task,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...env,
        LAMBDA_TASK_ROOT: task,
        AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeout),
        AWS_LAMBDA_FUNCTION_NAME: 'updater-dev-update',
      },
    },
  );
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the emulator ended: ${output}`);
    // It answers only that.
    return await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  });

  async function signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    for (const pid of await childrenOf(child.pid ?? 0)) process.kill(pid, name);
  }
  async function invokeOnce(event: object): Promise<Answer> {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
    return { status: response.status, body: await response.text() };
  }
  return {
    async invoke(event) {
      const answer = await invokeOnce(event);
      return NEVER_BEGAN.test(answer.body) ? await invokeOnce(event) : answer;
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    lines: () => output.split('\n').filter((line) => line !== '' && !isPlatform(line)),
    async close() {
      const running = await childrenOf(child.pid ?? 0);
      child.kill('SIGKILL');
      for (const pid of running) process.kill(pid, 'SIGKILL');
      await closed;
    },
  };
}

/** What Lambda itself writes around an invocation, or the emulator of its own. */
function isPlatform(line: string): boolean {
  return /^(START|END|REPORT) RequestId: |^\d{2} \w{3} \d{4} [\d:,]+ \[\w+\] /.test(line);
}

/** The processes that a process has started. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  return lists.flatMap((list) => list.split(' ').flatMap((text) => (text === '' ? [] : Number(text))));
}

/** A port that nobody listens at; the emulator takes no other kind. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
