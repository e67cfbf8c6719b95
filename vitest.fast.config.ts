import { configDefaults, defineConfig } from 'vitest/config';
import { SLOW_PATTERNS } from './test/tiers.ts';
import base from './vitest.config.ts';

const { globalSetup: _, exclude, ...shared } = base.test ?? {};

// `npm run test:fast`: what needs nothing but Node, in about a minute.
export default defineConfig({
  test: { ...shared, exclude: [...(exclude ?? configDefaults.exclude), ...SLOW_PATTERNS] },
});
