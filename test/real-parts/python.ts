import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lowPriority } from '../support/low-priority.ts';

const run = promisify(execFile);
const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The first time, everything has to be downloaded; hooks that may be the first need this many milliseconds. */
export const INSTALL_TIMEOUT = 600_000;

export type Unavailable = { readonly unavailable: string };

/**
 * The parts in Python for tests: what `test/real-parts/install-python` installs.
 *
 * @returns the folder of its programs, or the reason why there is none, for `context.skip(reason)`.
 */
export async function pythonParts(
  env: Record<string, string | undefined> = process.env,
): Promise<{ readonly bin: string } | Unavailable> {
  try {
    const { stdout } = await run(beside('install-python'), { env, timeout: INSTALL_TIMEOUT });
    return { bin: stdout.trim() };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { unavailable: `no parts in Python: ${stderr?.trim().split('\n').at(-1) || String(error)}` };
  }
}

/** One call of an AWS API: service and operation as boto3 names them, and the operation's parameters. */
export type Call = readonly [service: string, operation: string, parameters?: object];

/** moto, an emulator of AWS, at a port of its own. */
export interface Moto {
  readonly url: string;
  /** What AWS's clients are to have in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the calls one after the other; an answer that is an error has its code as `error`. */
  aws<T extends readonly unknown[]>(...calls: readonly Call[]): Promise<T>;
  close(): Promise<void>;
}

export async function startMoto(region = 'eu-west-1'): Promise<Moto | Unavailable> {
  const parts = await pythonParts();
  if ('unavailable' in parts) return parts;
  const child = lowPriority(
    spawn(join(parts.bin, 'moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  let client: Client | undefined;
  // A suite that fails on its way out may not get to close it.
  const kill = () => child.kill();
  process.once('exit', kill);
  const close = async () => {
    await Promise.all([stop(child), client?.close()]);
    process.off('exit', kill);
  };
  const url = await addressOf(child).catch(async (error) => {
    await close();
    throw error;
  });
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  return {
    url,
    env,
    close,
    aws<T extends readonly unknown[]>(...calls: readonly Call[]) {
      client ??= startClient(parts.bin, env);
      return client.make(calls) as Promise<T>;
    },
  };
}

interface Client {
  make(calls: readonly Call[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts what makes calls; it answers each line with a line. Loading AWS's library takes it longer than any call. */
function startClient(bin: string, env: Readonly<Record<string, string>>): Client {
  const child = lowPriority(
    spawn(join(bin, 'python'), [beside('aws.py')], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    make(calls) {
      const answer = async () => {
        child.stdin.write(`${JSON.stringify(calls)}\n`);
        const { value, done } = await lines.next();
        if (done) throw new Error('aws.py ended instead of answering; what it said is in the log above');
        return JSON.parse(value);
      };
      const made = last.then(answer, answer);
      last = made;
      return made;
    },
    async close() {
      child.stdin.end();
      await stop(child);
    },
  };
}

/** It chooses a free port itself, and tells it when it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  if (!child.stderr) throw new Error('moto_server has no stderr');
  for await (const line of createInterface({ input: child.stderr })) {
    const [, url] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (url) {
      // One line for each request follows.
      child.stderr.resume();
      return url;
    }
    lines.push(line);
  }
  throw new Error(`moto_server ended before it listened: ${lines.join(' ')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}
