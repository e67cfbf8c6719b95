import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { bundledPackages, noticesOf } from './notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The handler's module, and those of ours that are loaded by `await import()` when their turn comes. */
const ENTRIES: Readonly<Record<string, string>> = {
  update: 'handlers/update.ts',
  'run-doctor': 'handlers/run-doctor.ts',
  'assume-role': 'src/aws/assume-role.ts',
  'caller-identity': 'src/aws/caller-identity.ts',
  'secrets-manager': 'src/aws/secrets-manager.ts',
  ssm: 'src/aws/ssm.ts',
  login: 'src/consul/login.ts',
  'tls-failure': 'src/consul/tls-failure.ts',
  'token-rights': 'src/consul/token-rights.ts',
  'bounded-report': 'src/report/bounded-report.ts',
};

/**
 * What Lambda loads, as it looks for a handler in `.mjs` before `.cjs`: only an ES module can have it wait for a promise
 * while it initialises the function. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html#top-level-await
 */
export const ENTRY = 'update.mjs';
const ENTRY_TEXT = `import update from './update.cjs';
await update.ready;
export const { handler } = update;
`;

/** The licences of what is in the bundle, which must come with it. */
export const NOTICES = 'NOTICES.txt';

/** What each file is made of, by its name, but for the entry: `update.cjs`, the handler's own, and one for each lazy module. */
export type Bundle = ReadonlyMap<string, Metafile['outputs'][string]>;

/**
 * Bundles the deployed function into `update.cjs`, which exports `handler`, and a file for each lazy module; beside them
 * are the entry, and in `NOTICES.txt` the licences of the packages in them. A cold start reads the first file and the entry
 * only. Each file is whole, with its own copy of what it shares with others, so an error that
 * a lazy module throws is no instance of the caller's class of the same name. docs/adr/0011 says why not otherwise.
 *
 * CommonJS, because Node loads it faster than ES modules, and because Lambda, `sls invoke local` and Node load it under
 * that name without a package.json beside it.
 *
 * @param outdir where to, absolute or relative to the project; other `.cjs` files are removed from there.
 * @throws esbuild's errors, which also name a module that is loaded by `import()` and is no entry.
 */
export async function buildBundle(outdir: string): Promise<Bundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // A lazy module is required when its turn comes, without Node's loader of ES modules, which takes milliseconds.
    supported: { 'dynamic-import': false },
    // From the packages' ES modules only does esbuild drop what is not used.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [lazyModules, environmentCredentials, versionsOnly],
  });
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [parse(path).base, output]),
  );
  await writeFile(resolve(root, outdir, ENTRY), ENTRY_TEXT);
  await writeFile(resolve(root, outdir, NOTICES), noticesOf(await bundledPackages(root, outputs.values())));
  await removeOthers(outdir, outputs);
  return new Map([...outputs].filter(([file]) => file.endsWith('.cjs')));
}

/** Leaves what our own modules load by `import()` to the entry of that name. */
const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind }) => {
      if (kind !== 'dynamic-import') return undefined;
      const { name } = parse(path);
      if (!(name in ENTRIES)) return { errors: [{ text: `${path} must be an entry of the bundle.` }] };
      return { path: `./${name}.cjs`, external: true };
    });
  },
};

/** Not esbuild's `alias`: that heeds tsconfig.json, and the order of the bundled modules is then a matter of chance. */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup({ onResolve }) {
    const path = join(root, 'build/environment-credentials.ts');
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path }));
  },
};

/** A client of AWS reads of its own package.json the version, which it tells AWS with each request. */
const versionsOnly: Plugin = {
  name: 'versions-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** What an earlier build left must not be packaged with this one. */
async function removeOthers(outdir: string, outputs: Bundle): Promise<void> {
  const folder = resolve(root, outdir);
  const stale = (await readdir(folder)).filter((file) => /\.cjs(\.map)?$/.test(file) && !outputs.has(file));
  await Promise.all(stale.map((file) => rm(join(folder, file))));
}
