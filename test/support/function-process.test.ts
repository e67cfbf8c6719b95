import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startFunction } from './function-process.ts';

/** Reports a moment after it was invoked, and ends. */
const MAIN = `process.once('message', () =>
  setTimeout(() => process.send({ outcome: 'unchanged' }, () => process.disconnect()), 200));`;

/** Whether a process has ended, all its threads too, and its parent has not taken note; also where none can tell. */
function isZombie(pid: number | undefined): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.length === 1 && /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** Holds this process up, as a busy machine does. */
function block(until: () => boolean, within: number): void {
  const end = performance.now() + within;
  while (!until() && performance.now() < end);
}

it('has the report of a process whose end is noticed before its message', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'main.mjs'), MAIN);
  const child = startFunction(folder, {}, 1_000);
  // Node takes note of all ended children at once. Here another one's end makes it look, just after ours has ended
  // and before it has read what ours sent.
  const other = spawn('sh', ['-c', 'echo'], { stdio: ['ignore', 'pipe', 'ignore'] });
  other.stdout.once('data', () => block(() => isZombie(child.process.pid), 5_000));
  block(() => isZombie(other.pid), 1_000);
  await expect(child.report).resolves.toEqual({ outcome: 'unchanged' });
});

it('does not wait for one that has ended to age', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'main.mjs'), MAIN);
  const running = startFunction(folder, {}, 1_000);
  await running.report;
  await expect(running.age(60_000)).rejects.toThrow('has ended');
});
