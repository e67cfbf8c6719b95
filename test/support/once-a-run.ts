import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { until } from './until.ts';

/**
 * What is dear to make and the same for all test files, made by the first that asks; others, in other processes, wait.
 *
 * @param name of it, as the name of a folder.
 * @param make puts it into an empty folder; called once in a run.
 * @param scratch the folder of the run.
 * @returns the folder, which nobody may change.
 * @throws what `make` did, for who called it; an error that says so for the others.
 */
export async function onceARun(
  name: string,
  make: (folder: string) => Promise<unknown>,
  scratch = inject('scratch'),
): Promise<string> {
  const folderOf = (state: string) => join(scratch, `${name}-${state}`);
  const made = folderOf('made');
  const failed = folderOf('failed');
  const making = folderOf('making');
  const isFirst = await mkdir(folderOf('begun')).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
  if (isFirst) {
    await mkdir(making);
    try {
      await make(making);
    } catch (error) {
      await mkdir(failed);
      throw error;
    }
    await rename(making, made);
    return made;
  }
  await until(() => existsSync(made) || existsSync(failed), {
    ...{ within: 240_000, every: 50, what: `making "${name}" in another process` },
  });
  if (existsSync(failed)) throw new Error(`making "${name}" failed in another test file, which says why`);
  return made;
}
