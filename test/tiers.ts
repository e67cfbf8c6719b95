/**
 * Tests that need more than Node, such as a real Consul, AWS's emulator, packages, processes of their own, or that take
 * long: folders, and files. All others are fast.
 */
export const SLOW: readonly string[] = [
  'test/build/',
  'test/cli/doctor.test.ts',
  'test/cli/operate.test.ts',
  'test/cli/plan.test.ts',
  'test/cli/start.test.ts',
  'test/contract/consul.test.ts',
  'test/contract/route53-moto.test.ts',
  'test/deploy/cfn-lint.test.ts',
  'test/deploy/moto.test.ts',
  'test/emulators/real-consul/real-consul.test.ts',
  'test/end-to-end/',
  'test/hostile/',
  'test/integration/',
  'test/model/',
  'test/rdsproxy-node/files.test.ts',
  'test/rdsproxy-node/source-limit.test.ts',
  'test/simulation/promises.test.ts',
  'test/support/function-process.test.ts',
  'test/window/reaction.test.ts',
  'test/window/soak.test.ts',
];

/** These need a Consul that takes long to build; `npm run test:consul-latest` runs them. */
export const CONSUL_LATEST = 'test/consul-latest/';

/** @param file its path from the root of the repository. */
export function isSlow(file: string): boolean {
  return [...SLOW, CONSUL_LATEST].some((path) => file.startsWith(path));
}

/** As patterns for vitest. */
export const SLOW_PATTERNS: readonly string[] = SLOW.map((path) => (path.endsWith('/') ? `${path}**` : path));
