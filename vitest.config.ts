import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need a Consul that takes long to build; `npm run test:consul-latest` runs them.
    exclude: ['test/consul-latest/**'],
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Concurrent tests wait for timeouts most of their time.
    maxConcurrency: 20,
    // Colour codes and ambient AWS or Consul settings of the developer's shell must not change a result.
    env: {
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  },
});
