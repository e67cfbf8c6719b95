import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A running agent. */
export interface AgentProcess {
  readonly pid: number;
  /** The last part of what it wrote, for error messages. */
  log(): string;
  /** False once the process is gone. */
  running(): boolean;
  /** Sends a signal and waits until the process is gone; after `grace` milliseconds it is killed. */
  end(signal: 'SIGTERM' | 'SIGKILL', grace?: number): Promise<void>;
}

const keptLog = 16_384;

/**
 * Starts `consul agent` and returns at once; whether it serves is the caller's to ask.
 *
 * @param env the whole environment of the process; Consul's own variables have no place in it.
 * @throws Error when the binary cannot be started.
 */
export async function runAgent(
  bin: string,
  args: string[],
  env: Record<string, string>,
): Promise<AgentProcess> {
  const child = spawn(bin, ['agent', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-keptLog);
    });
  }
  await once(child, 'spawn');
  // Without this, an agent would outlive a test process that ends without close().
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  child.once('exit', () => process.off('exit', killWithParent));

  return {
    pid: child.pid ?? 0,
    log: () => log,
    running: () => isRunning(child),
    async end(signal, grace = 10_000) {
      if (!isRunning(child)) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), grace);
      await gone;
      clearTimeout(timer);
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
