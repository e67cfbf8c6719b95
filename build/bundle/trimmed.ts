import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Plugin, transform } from 'esbuild';

/**
 * Reads some modules of packages without what keeps esbuild from dropping the rest of them. Nothing on the disk
 * changes. What each saves was measured on `update.cjs`, with the others in place. Should a package one day be written
 * otherwise, the module is taken as it is, and test/build/bundle-size.test.ts notices.
 */
export function trimmed(): Plugin {
  return {
    name: 'trimmed',
    setup({ onLoad, onResolve, resolve }) {
      // 3 KB: the packages want to know their own version, not their scripts.
      onLoad({ filter: /\/node_modules\/.*\/package\.json$/ }, async ({ path }) => {
        const { name, version } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
        return { contents: JSON.stringify({ name, version }), loader: 'json' };
      });

      // 47 KB of the shapes, strings and error classes of 68 operations that we do not call.
      onLoad({ filter: /\/@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
        const source = withPlainKeys(await readFile(path, 'utf8'));
        return { contents: path.includes('/client-route-53/') ? withoutUnusedErrors(source) : source };
      });

      // 6 KB that only the parts of the Consul client use that we do not.
      onLoad({ filter: /\/consul\/lib\/utils\.js$/ }, async ({ path }) => {
        const [source, ...users] = await Promise.all(
          ['utils.js', 'consul.js', 'health.js'].map((file) => readFile(join(dirname(path), file), 'utf8')),
        );
        return { contents: await withoutUnusedExports(source ?? '', users.join('')) };
      });

      // 6 KB of AWS's partitions, which the package says must be loaded for its effect. A client that resolves its
      // endpoint by rules has the same effect itself.
      onResolve({ filter: /^\.\/util-endpoints\/aws$/ }, async ({ path, pluginData, ...args }) => {
        if (pluginData === 'original') return undefined;
        const { path: file } = await resolve(path, { ...args, pluginData: 'original' });
        return { path: file, sideEffects: false };
      });
    },
  };
}

/** Writes `{ "httpError": 400 }` for `{ [_hE]: 400 }`: making a computed key might have an effect. */
function withPlainKeys(source: string): string {
  const strings = new Map(
    [...source.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replace(/\[(_\w+)\]:/g, (key, name: string) =>
    strings.has(name) ? `${strings.get(name)}:` : key,
  );
}

/**
 * The errors of the operations that we call, which have members of their own or whose traits decide on a retry. Any
 * other reaches us as Route 53's general error, with its name and message.
 */
const ERRORS = [
  'InvalidChangeBatch',
  'InvalidInput',
  'NoSuchHealthCheck',
  'NoSuchHostedZone',
  'NotAuthorizedException',
  'PriorRequestNotComplete',
  'Route53ServiceException',
  'ThrottlingException',
];

/** It is the registration that keeps an error's class, its schema and its strings. */
function withoutUnusedErrors(source: string): string {
  return source.replace(/^\w+\.registerError\(\w+\$, (\w+)\);$/gm, (statement, name: string) =>
    ERRORS.includes(name) ? statement : '',
  );
}

/** esbuild drops what is not used from an ES module only. What is used is what the other modules name. */
async function withoutUnusedExports(source: string, users: string): Promise<string> {
  const used = new Set([...users.matchAll(/\butils\.(\w+)/g)].map(([, name]) => name));
  const module = source.replace(/^exports\.(\w+) = (\w+);$/gm, (_, name: string, local: string) =>
    used.has(name) ? `export { ${local} as ${name} };` : '',
  );
  const { code } = await transform(module, { format: 'cjs', treeShaking: true, target: 'node24' });
  return code;
}
