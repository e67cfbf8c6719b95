import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of what is made once for all files of a run (once-a-run.ts). */
    scratch: string;
  }
}

/** Gives a run a folder of its own, empty again for a run that watching starts anew. @returns takes it away. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'run-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  project.provide('scratch', folder);
  project.onTestsRerun(async () => {
    await remove();
    await mkdir(folder);
  });
  return remove;
}
