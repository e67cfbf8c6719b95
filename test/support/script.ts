import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A command of the repository, running as a process of its own. */
export interface Script {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Its exit code once it has ended and all its output is in; `null` if a signal ended it. */
  readonly ended: Promise<number | null>;
}

/**
 * Runs a file, TypeScript as npm's scripts do, with this environment and nothing of the developer's own; ended with the
 * test at the latest.
 *
 * @param file its path in the repository, or of a bundle of it (bundled-command.ts).
 */
export function startScript(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Script {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, file, ...args], {
    cwd,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { child, stdout: () => output.stdout, stderr: () => output.stderr, ended };
}

/** Runs such a file to its end. */
export async function runScript(...call: Parameters<typeof startScript>) {
  const script = startScript(...call);
  const code = await script.ended;
  return { code, stdout: script.stdout(), stderr: script.stderr() };
}
