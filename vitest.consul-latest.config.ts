import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// `npm run test:consul-latest`: every test that runs a real Consul, with a current one in place of Debian's, and
// what only a current one can show. It stays out of `npm test`, because building that Consul takes long.
export default defineConfig({
  test: {
    ...base.test,
    globalSetup: 'test/consul-latest/setup.ts',
    include: [
      'test/consul-latest/**/*.test.ts',
      'test/contract/consul.test.ts',
      'test/end-to-end/**/*.test.ts',
      'test/integration/**/*.test.ts',
      'test/emulators/consul/**/*.test.ts',
      'test/emulators/real-consul/**/*.test.ts',
      'test/cli/demo/consul.test.ts',
      'test/cli/start.test.ts',
      'test/window/reaction.test.ts',
    ],
    exclude: [],
    reporters: ['default', ['./test/reporter.ts', { skipsFail: true }]],
  },
});
