import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the deployed function into one file, `update.cjs`, which exports `handler`.
 *
 * CommonJS, because Lambda, `sls invoke local` and Node load it under that name without a package.json beside it, and
 * because the Consul client requires Node's modules in a way that an ES module would need a shim for. The packages'
 * ES module entry points are still preferred: only from those does esbuild drop what is not used.
 *
 * @param outdir where to, absolute or relative to the project.
 * @returns what the bundle is made of.
 */
export async function buildBundle(outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { update: 'handlers/update.ts' },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
