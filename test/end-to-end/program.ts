import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that runs. */
export interface RunningProgram {
  readonly pid: number;
  running(): boolean;
  /** The last part of what it wrote, for error messages. */
  log(): string;
  /** Calls back with each line that it writes from now on, to either stream. */
  onLine(listener: (line: string) => void): void;
  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and waits until the process is gone; after `grace` milliseconds it is killed. */
  end(signal: NodeJS.Signals, grace?: number): Promise<void>;
  /** Waits until it ends by itself. */
  ended(): Promise<void>;
}

const keptLines = 400;

/**
 * Starts a program; the environment given is its whole environment.
 *
 * @throws Error when it cannot be started.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      for (const listener of listeners) listener(line);
    });
  }
  await once(child, 'spawn');
  const gone = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    running: () => isRunning(child),
    log: () => lines.join('\n'),
    onLine: (listener) => void listeners.push(listener),
    signal: (signal) => void child.kill(signal),
    async end(signal, grace = 10_000) {
      if (!isRunning(child)) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), grace);
      await gone;
      clearTimeout(timer);
    },
    async ended() {
      if (isRunning(child)) await gone;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** A listener for lines of which those that are JSON objects matter; the others are passed over. */
export function jsonLines(listener: (object: Record<string, unknown>) => void): (line: string) => void {
  return (line) => {
    if (!line.startsWith('{')) return;
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      return;
    }
    listener(object as Record<string, unknown>);
  };
}
