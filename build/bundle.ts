import { readdir, rm } from 'node:fs/promises';
import { join, parse, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { replacements } from './bundle/replacements.ts';
import { trimmed } from './bundle/trimmed.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each file is made of, by its name: `update.cjs`, the handler's own, and one for each lazy module. */
export type Bundle = ReadonlyMap<string, Metafile['outputs'][string]>;

/**
 * CommonJS, because Lambda, `sls invoke local` and Node load it under that name without a package.json beside it, and
 * because the Consul client requires Node's modules in a way that an ES module would need a shim for. The packages'
 * ES module entry points are still preferred: only from those does esbuild drop what is not used.
 */
const OPTIONS = {
  absWorkingDir: root,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // A lazy module is required when its turn comes, without Node's loader of ES modules, which takes milliseconds.
  supported: { 'dynamic-import': false },
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles the deployed function into `update.cjs`, which exports `handler`, and a file for each lazy module: each one
 * of ours that is loaded by `await import('./some-module.ts')` becomes `some-module.cjs`. A cold start reads the first
 * file only. Each file is whole, with its own copy of what it shares with others, so an error that a lazy module throws
 * is no instance of the caller's class of the same name.
 *
 * The packages that it is made of are taken without what the function does not need: see bundle/replacements.ts and
 * bundle/trimmed.ts.
 *
 * @param outdir where to, absolute or relative to the project; other `.cjs` files are removed from there.
 * @param main the module that becomes `update.cjs`.
 */
export async function buildBundle(outdir: string, main = 'handlers/update.ts'): Promise<Bundle> {
  const bundle = new Map<string, Metafile['outputs'][string]>();
  const entries = new Map([['update', join(root, main)]]);
  let next = new Map(entries);
  while (next.size > 0) {
    const { metafile } = await build({
      ...OPTIONS,
      // They are found in no order.
      entryPoints: Object.fromEntries([...next].sort()),
      outdir,
      plugins: [lazyModules(entries), replacements(), trimmed()],
    });
    for (const [path, output] of Object.entries(metafile.outputs)) {
      const { base, ext } = parse(path);
      if (ext === '.cjs') bundle.set(base, output);
    }
    next = new Map([...entries].filter(([name]) => !bundle.has(`${name}.cjs`)));
  }
  await removeOthers(outdir, bundle);
  return bundle;
}

/** Leaves out what is imported dynamically by our own modules, and adds it to the entries. */
function lazyModules(entries: Map<string, string>): Plugin {
  return {
    name: 'lazy-modules',
    setup(building) {
      building.onResolve(
        { filter: /^\.\.?\/.*\.ts$/ },
        async ({ path, kind, importer, resolveDir, pluginData }) => {
          if (kind !== 'dynamic-import' || pluginData === 'lazy' || importer.includes('/node_modules/'))
            return undefined;
          const { path: file, errors } = await building.resolve(path, {
            kind,
            importer,
            resolveDir,
            pluginData: 'lazy',
          });
          if (errors.length > 0) return { errors };
          const { name } = parse(file);
          const other = entries.get(name);
          if (other !== undefined && other !== file) {
            const text = `${relative(root, file)} and ${relative(root, other)} would both become ${name}.cjs: rename one.`;
            return { errors: [{ text }] };
          }
          entries.set(name, file);
          return { path: `./${name}.cjs`, external: true };
        },
      );
    },
  };
}

/** What an earlier build left must not be packaged with this one. */
async function removeOthers(outdir: string, bundle: Bundle): Promise<void> {
  const folder = resolve(root, outdir);
  const stale = (await readdir(folder)).filter(
    (file) => /\.cjs(\.map)?$/.test(file) && !bundle.has(file.replace(/\.map$/, '')),
  );
  await Promise.all(stale.map((file) => rm(join(folder, file))));
}
