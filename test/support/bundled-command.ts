import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onceARun } from './once-a-run.ts';

/** The commands that tests run as bundles. */
const COMMANDS = ['doctor', 'force', 'plan', 'prune', 'start', 'status'] as const;

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A folder with a bundle of each command, `NAME.mjs`, made once in a run, and the stages beside it. Nobody may change it. */
export async function bundledCommands(): Promise<string> {
  const made = await onceARun('commands', async (folder) => {
    const files = COMMANDS.map((name) => `cli/${name}.ts`);
    const own = ['serverless.yml', 'stages'].map((path) =>
      cp(root(path), join(folder, path), { recursive: true }),
    );
    await Promise.all([bundlePrograms(files, join(folder, 'cli')), ...own]);
  });
  return join(made, 'cli');
}

/** One of them. @returns its path, for `runScript`. */
export async function bundledCommand(name: (typeof COMMANDS)[number]): Promise<string> {
  return join(await bundledCommands(), `${name}.mjs`);
}

/**
 * Bundles programs of this repository, which then start in a tenth of the time that `tsx` takes to load each of their
 * modules. What they read of the repository, such as `stages/`, they look for beside that folder.
 *
 * @param files their paths in the repository.
 * @param folder where to, absolute: for each a file of its name that ends with `.mjs`.
 */
export async function bundlePrograms(files: readonly string[], folder: string): Promise<void> {
  await build({
    entryPoints: files.map(root),
    ...{ outdir: folder, entryNames: '[name]', outExtension: { '.js': '.mjs' } },
    ...{
      bundle: true,
      splitting: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'error',
    },
    // From ES modules only does esbuild drop what is not used. What is CommonJS all the same wants its `require`.
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
}
