import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { exclude: _, ...shared } = base.test ?? {};

// `npm run test:consul-latest`: every test that runs a real Consul, with a current one in place of Debian's, and
// what only a current one can show. It stays out of `npm test`, because building that Consul takes long.
export default defineConfig({
  test: {
    ...shared,
    globalSetup: ['test/consul-latest/setup.ts', 'test/support/scratch.ts'],
    include: [
      'test/consul-latest/**/*.test.ts',
      'test/contract/consul.test.ts',
      'test/end-to-end/**/*.test.ts',
      'test/integration/**/*.test.ts',
      'test/emulators/real-consul/real-consul.test.ts',
      'test/cli/start.test.ts',
      'test/window/reaction.test.ts',
    ],
    reporters: ['default', ['./test/reporter.ts', { skipsFail: true }]],
  },
});
