import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildBundle } from '../../build/bundle.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What is loaded and invoked: the function as deployed, the same without any care, and nothing at all. */
export type Variant = 'deployed' | 'careless' | 'empty';

export interface Bundles {
  /** The folder of a variant, with the programs in it. */
  folder(variant: Variant): string;
  /** Bytes of a variant's `update.cjs`, without its source map. */
  bytes(variant: Variant): Promise<number>;
  remove(): void;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = fileURLToPath(new URL('./programs/', import.meta.url));

/** Builds all variants, in a temporary folder. */
export async function buildBundles(): Promise<Bundles> {
  const home = temporaryFolder('bench-');
  const folder = (variant: Variant) => join(home.path, variant);
  await mkdir(folder('empty'));
  await Promise.all([
    buildBundle(folder('deployed')),
    // What esbuild does of itself for Node, and nothing more.
    build({
      absWorkingDir: root,
      entryPoints: ['handlers/update.ts'],
      outfile: join(folder('careless'), 'update.cjs'),
      bundle: true,
      platform: 'node',
      logLevel: 'error',
    }),
    writeFile(join(folder('empty'), 'update.cjs'), 'exports.handler = async () => ({});\n'),
  ]);
  // After the build, which leaves nothing in its folder that is not its own.
  await Promise.all(
    (['deployed', 'careless', 'empty'] as const).map(async (variant) => {
      await cp(programs, folder(variant), { recursive: true });
    }),
  );
  return {
    folder,
    bytes: async (variant) => (await stat(join(folder(variant), 'update.cjs'))).size,
    remove: home.remove,
  };
}
