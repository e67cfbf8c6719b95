import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/sequencer.ts';
import { CONSUL_LATEST } from './test/tiers.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [`${CONSUL_LATEST}**`],
    globalSetup: 'test/support/scratch.ts',
    reporters: ['default', './test/reporter.ts'],
    // Most tests wait most of their time, so there may be more workers than cores.
    maxWorkers: Math.max(5, availableParallelism()),
    // A worker keeps the modules that it has loaded: loading them anew for each file took as long as the tests.
    isolate: false,
    sequence: {
      // `--sequence.shuffle.files` asks for vitest's own.
      ...(process.argv.some((argument) => argument.startsWith('--sequence.shuffle'))
        ? {}
        : { sequencer: LongestFirst }),
    },
    coverage: {
      // What is deployed.
      include: ['src/**', 'handlers/**'],
      reporter: ['text-summary', 'html'],
      // What the fast tests cover, in whole percents. Raise them with it; who lowers one says why.
      thresholds: { statements: 96, branches: 91, functions: 97, lines: 98 },
    },
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
