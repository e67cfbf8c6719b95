import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';

/**
 * Lets a process that computes for long have only what the others leave of the cores, with all that it starts: beside
 * it run tests of what happens in time.
 *
 * @param child that has just been started.
 * @param priority from 0, as any process has, to 19: only what nobody else wants.
 */
export function lowPriority<T extends ChildProcess>(child: T, priority = 5): T {
  if (child.pid !== undefined) setPriority(child.pid, priority);
  return child;
}
