import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ended } from './stand-ins.ts';

/** What an invocation came to. */
export interface Invoked {
  /** The outcome of the run; `threw` if it rejected, with the message as `error`. */
  readonly outcome: string;
  readonly error?: string;
  /** Milliseconds of the invocation alone. */
  readonly took: number;
}

/** Bytes of memory that a process has resident now, and had at most. */
export interface Weight {
  readonly rss: number;
  readonly peak: number;
}

/** The bundled function in a process of its own, as Lambda keeps it: one invocation at a time. */
export interface FunctionProcess {
  readonly pid: number;
  /** Resolves once it is initialised, as Lambda calls it, with how many milliseconds that took. */
  readonly loaded: Promise<number>;
  /** @param time milliseconds that the invocation has. */
  invoke(time: number): Promise<Invoked>;
  /** Ends the watch window that is open. */
  endWindow(): void;
  weigh(): Promise<Weight>;
  close(): Promise<void>;
}

export interface FunctionOptions {
  /** A folder of `Bundles`. */
  readonly folder: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What EventBridge sends. */
const EVENT = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };

/**
 * How Lambda starts Node for a function of 128 MB: a tenth of it for what is young, half of that for each half of it.
 * The rest is where the process must fit, code and buffers included.
 */
const LAMBDA_ARGUMENTS = ['--max-semi-space-size=6', '--max-old-space-size=116'];

export function startFunction({ folder, node, env }: FunctionOptions): FunctionProcess {
  const child = fork(join(folder, 'invoke.mjs'), {
    cwd: folder,
    execPath: node,
    execArgv: LAMBDA_ARGUMENTS,
    env: { ...env, ...COMMON_ENV, ...LAMBDA_ENV },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT_ERRORS);
  });
  const ask = <T>(request: object, having: string) => {
    const answered = answer<T>(child, having, () => errors);
    child.send(request);
    return answered;
  };
  const loaded = answer<{ loaded: number }>(child, 'loaded', () => errors).then((said) => said.loaded);
  // Who invokes it hears of it, too.
  loaded.catch(() => undefined);
  return {
    loaded,
    pid: child.pid ?? 0,
    invoke: (time) => ask({ invoke: { event: EVENT, time } }, 'outcome'),
    endWindow: () => void child.send({ end: true }),
    weigh: () => ask({ weigh: true }, 'peak'),
    close: () => ended(child),
  };
}

/** What every function process has in its environment, and nothing of the caller's. */
export const COMMON_ENV = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'local-stack-only',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** By this the function knows that it is in Lambda, and warms up. */
const LAMBDA_ENV = { AWS_LAMBDA_FUNCTION_NAME: 'consul-route53-updater' };

const KEPT_ERRORS = 2_000;

/** The next message that has a field of this name. */
async function answer<T>(child: ChildProcess, having: string, errors: () => string): Promise<T> {
  const gone = new AbortController();
  const exit = once(child, 'exit', { signal: gone.signal }).then(([code, signal]) => {
    throw new Error(`the function's process ended with ${code ?? signal}: ${errors()}`);
  });
  const answered = new Promise<T>((resolve) => {
    const onMessage = (message: object) => {
      if (!(having in message)) return;
      child.off('message', onMessage);
      resolve(message as T);
    };
    child.on('message', onMessage);
  });
  try {
    return (await Promise.race([answered, exit])) as T;
  } finally {
    gone.abort();
    exit.catch(() => undefined);
  }
}
