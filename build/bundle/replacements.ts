import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));

/**
 * Packages that a module of this folder stands in for, as the function never needs them in Lambda. What each saves was
 * measured on `update.cjs`, with the others in place. Should the SDK one day have another name for one, nothing stands
 * in for it, and test/build/bundle-size.test.ts notices.
 */
export const PACKAGES: Readonly<Record<string, string>> = {
  // 145 KB: the search for credentials in files, with SSO, STS and from metadata services, and its clients.
  '@aws-sdk/credential-provider-node': 'environment-credentials.ts',
  // 19 KB: Route 53 streams no events.
  '@smithy/core/event-streams': 'sdk-parts.ts',
};

const core = '@aws-sdk/core/dist-es/submodules/client';
const smithy = '@smithy/core/dist-es/submodules';

/** The same for modules within packages, by their paths in node_modules. */
export const MODULES: Readonly<Record<string, string>> = {
  // 23 KB: of Consul's API only `health` is asked.
  'consul/lib/acl.js': 'consul-parts.ts',
  'consul/lib/agent.js': 'consul-parts.ts',
  'consul/lib/catalog.js': 'consul-parts.ts',
  'consul/lib/event.js': 'consul-parts.ts',
  'consul/lib/kv.js': 'consul-parts.ts',
  'consul/lib/query.js': 'consul-parts.ts',
  'consul/lib/session.js': 'consul-parts.ts',
  'consul/lib/status.js': 'consul-parts.ts',
  'consul/lib/transaction.js': 'consul-parts.ts',
  'consul/lib/watch.js': 'consul-parts.ts',
  // 1.6 KB: what its HTTP client hands out to others.
  'papi/lib/shortcuts.js': 'consul-parts.ts',
  'papi/lib/tools.js': 'consul-parts.ts',
  // 14 KB: rules and their interpreter, for one endpoint.
  '@aws-sdk/client-route-53/dist-es/endpoint/endpointResolver.js': 'route53-endpoint.ts',
  // 3.3 KB: SHA-256 where Node has no crypto.
  [`${smithy}/checksum/sha256/Sha256Js.js`]: 'sdk-parts.ts',
  // 3.1 KB: bodies that are handed out as streams.
  [`${smithy}/serde/util-stream/sdk-stream-mixin.js`]: 'sdk-parts.ts',
  // 2.6 KB: signing the events of a stream.
  '@smithy/signature-v4/dist-es/HeaderFormatter.js': 'sdk-parts.ts',
  // 4.0 KB: dates in headers.
  [`${smithy}/serde/date-utils.js`]: 'dates.ts',
  // 3.3 KB: a rate limit of our own that adapts.
  [`${smithy}/retry/util-retry/AdaptiveRetryStrategy.js`]: 'adaptive-retries.ts',
  // 2.1 KB: files of an operator's machine.
  [`${smithy}/config/shared-ini-file-loader/loadSharedConfigFiles.js`]: 'shared-config-files.ts',
  // 0.9 KB: AWS_DEFAULTS_MODE.
  [`${smithy}/config/defaults-mode/resolveDefaultsModeConfig.js`]: 'defaults-mode.ts',
  // 4.6 KB: a log that goes nowhere, and its filter; features for the user agent; extensions.
  [`${smithy}/client/smithy-client/schemaLogFilter.js`]: 'quiet.ts',
  [`${core}/middleware-logger/loggerMiddleware.js`]: 'quiet.ts',
  [`${core}/middleware-user-agent/check-features.js`]: 'quiet.ts',
  '@aws-sdk/client-route-53/dist-es/runtimeExtensions.js': 'quiet.ts',
  // 1.4 KB: a virtual machine's region.
  [`${smithy}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]: 'sdk-parts.ts',
  // 0.8 KB: the names of S3's buckets.
  [`${smithy}/endpoints/middleware-endpoint/service-customizations/index.js`]: 'sdk-parts.ts',
};

/** Puts the modules of this folder in the place of those that they stand in for. */
export function replacements(): Plugin {
  // As they are imported.
  const names = Object.keys(MODULES).map((path) => path.replace(/(\/index)?\.js$/, '').replace(/^.*\//, ''));
  const modules = new RegExp(`^\\.\\.?/(.*/)?(${names.join('|')})(\\.js)?$`);
  const packages = new RegExp(`^(${Object.keys(PACKAGES).join('|')})$`);
  return {
    name: 'replacements',
    setup({ onResolve, resolve }) {
      // Not esbuild's `alias`: that heeds tsconfig.json, and which of two ways to one module is gone first is chance.
      onResolve({ filter: packages }, ({ path }) => ({ path: join(folder, PACKAGES[path] ?? '') }));
      onResolve({ filter: modules }, async ({ path, pluginData, ...args }) => {
        if (pluginData === 'original' || !args.importer.includes('/node_modules/')) return undefined;
        const original = await resolve(path, { ...args, pluginData: 'original' });
        const by = MODULES[original.path.replace(/^.*\/node_modules\//, '')];
        return by === undefined ? original : { path: join(folder, by) };
      });
    },
  };
}
