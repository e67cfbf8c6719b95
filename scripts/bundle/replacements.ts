import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));

/**
 * Packages that a module of this folder stands in for, as the function never needs them in Lambda. What each saves was
 * measured on `update.cjs`, with the others in place. Should the SDK one day have another name for one, nothing stands
 * in for it, and test/bundle-size.test.ts notices.
 */
export const PACKAGES: Readonly<Record<string, string>> = {
  // 145 KB: the search for credentials in files, with SSO, STS and from metadata services, and its clients.
  '@aws-sdk/credential-provider-node': 'environment-credentials.ts',
  // 19 KB: Route 53 streams no events.
  '@smithy/core/event-streams': 'unused.ts',
};

const smithy = '@smithy/core/dist-es/submodules';

/** The same for modules within packages, by their paths in node_modules. */
export const MODULES: Readonly<Record<string, string>> = {
  // 23 KB: of Consul's API only `health` is asked.
  'consul/lib/acl.js': 'unused.ts',
  'consul/lib/agent.js': 'unused.ts',
  'consul/lib/catalog.js': 'unused.ts',
  'consul/lib/event.js': 'unused.ts',
  'consul/lib/kv.js': 'unused.ts',
  'consul/lib/query.js': 'unused.ts',
  'consul/lib/session.js': 'unused.ts',
  'consul/lib/status.js': 'unused.ts',
  'consul/lib/transaction.js': 'unused.ts',
  'consul/lib/watch.js': 'unused.ts',
  // 0.9 KB: helpers that its HTTP client hands out.
  'papi/lib/tools.js': 'unused.ts',
  // 14 KB: rules and their interpreter, for one endpoint.
  '@aws-sdk/client-route-53/dist-es/endpoint/endpointResolver.js': 'route53-endpoint.ts',
  // 3.3 KB: SHA-256 where Node has no crypto.
  [`${smithy}/checksum/sha256/Sha256Js.js`]: 'unused.ts',
  // 3.1 KB: bodies that are handed out as streams.
  [`${smithy}/serde/util-stream/sdk-stream-mixin.js`]: 'unused.ts',
  // 2.6 KB: signing the events of a stream.
  '@smithy/signature-v4/dist-es/HeaderFormatter.js': 'unused.ts',
  // 2.6 KB, and the two that follow 3.5 KB: see there.
  [`${smithy}/retry/util-retry/DefaultRateLimiter.js`]: 'rate-limiter.ts',
  [`${smithy}/config/shared-ini-file-loader/loadSharedConfigFiles.js`]: 'shared-config-files.ts',
  [`${smithy}/config/defaults-mode/resolveDefaultsModeConfig.js`]: 'defaults-mode.ts',
  // 1.4 KB: a virtual machine's region.
  [`${smithy}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]: 'unused.ts',
  // 0.8 KB: the names of S3's buckets.
  [`${smithy}/endpoints/middleware-endpoint/service-customizations/index.js`]: 'unused.ts',
};

/** Puts the modules of this folder in the place of those that they stand in for. */
export function replacements(): Plugin {
  // As they are imported.
  const names = Object.keys(MODULES).map((path) => path.replace(/(\/index)?\.js$/, '').replace(/^.*\//, ''));
  const filter = new RegExp(`^\\.\\.?/(.*/)?(${names.join('|')})(\\.js)?$`);
  return {
    name: 'replacements',
    setup({ initialOptions, onResolve, resolve }) {
      initialOptions.alias = Object.fromEntries(
        Object.entries(PACKAGES).map(([name, by]) => [name, join(folder, by)]),
      );
      onResolve({ filter }, async ({ path, pluginData, ...args }) => {
        if (pluginData === 'original' || !args.importer.includes('/node_modules/')) return undefined;
        const original = await resolve(path, { ...args, pluginData: 'original' });
        const by = MODULES[original.path.replace(/^.*\/node_modules\//, '')];
        return by === undefined ? original : { path: join(folder, by) };
      });
    },
  };
}
