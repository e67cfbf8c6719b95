// Whoever imports this takes long or needs more than Node, which a fast test must not: vitest.config.ts tells which is which.
if (process.env['REAL_PARTS'] === 'none')
  throw new Error('a test that uses real parts belongs to the slow ones: name its file in vitest.config.ts');

export {};
