import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, buildBundle } from '../../build/bundle.ts';
import { onceARun } from './once-a-run.ts';

/** What `npm run build` makes, made once in a run. @returns its folder, which nobody may change, and what is in it. */
export async function builtBundle(): Promise<{ readonly folder: string; readonly bundle: Bundle }> {
  const made = await onceARun('bundle', async (folder) => {
    const bundle = await buildBundle(join(folder, 'dist'));
    await writeFile(join(folder, 'bundle.json'), JSON.stringify([...bundle]));
  });
  const bundle: Bundle = new Map(JSON.parse(await readFile(join(made, 'bundle.json'), 'utf8')));
  return { folder: join(made, 'dist'), bundle };
}
