import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles commands of this repository, which then start in a tenth of the time that `tsx` takes to load each of their
 * modules. What they read of the repository, such as `stages/`, they look for beside that folder.
 *
 * @param files their paths in the repository.
 * @param folder where to, absolute: for each command a file of its name that ends with `.mjs`.
 */
export async function bundleCommands(files: readonly string[], folder: string): Promise<void> {
  await build({
    entryPoints: files.map((file) => fileURLToPath(new URL(`../../${file}`, import.meta.url))),
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

/** The same for one command. @returns the path of the bundle, for `runScript`. */
export async function bundleCommand(file: string, folder: string): Promise<string> {
  await bundleCommands([file], folder);
  return join(folder, `${basename(file, '.ts')}.mjs`);
}
