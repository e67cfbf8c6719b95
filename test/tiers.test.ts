import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, root } from './support/imports.ts';
import { isSlow, SLOW } from './tiers.ts';

const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test', path));

/** What a file imports of ours, and what that does, and so on. */
function reachedFrom(file: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const imported of importsOf(file)) if (isCode(imported)) reachedFrom(imported, reached);
  return reached;
}

const isCode = (path: string) => path.endsWith('.ts') && existsSync(join(root, path));

/** What takes long or needs more than Node. */
const PARTS = ['test/real-parts/consul.ts', 'test/real-parts/python.ts', 'test/deploy/sls.ts'];

describe('a fast test', () => {
  it.each(tests.filter((file) => !isSlow(file)))('%s needs nothing but Node', (file) => {
    const reached = reachedFrom(file);
    expect(PARTS.filter((part) => reached.has(part))).toEqual([]);
  });

  it('would be noticed if it did', () => {
    expect([...reachedFrom('test/deploy/cfn-lint.test.ts')]).toEqual(expect.arrayContaining(PARTS.slice(1)));
  });
});

describe('a slow test', () => {
  it.each(SLOW)('%s is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
