import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isSlow, SLOW } from './tiers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test', path));

/** What a file imports of ours, and what that does, and so on. */
function reachedFrom(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known;
  known.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g))
    reachedFrom(join(dirname(file), path), known);
  return known;
}

/** What takes long or needs more than Node. */
const PARTS = ['test/real-parts/consul.ts', 'test/real-parts/python.ts', 'test/deploy/sls.ts'];

describe('a fast test', () => {
  it.each(tests.filter((file) => !isSlow(file)))('%s needs nothing but Node', (file) => {
    expect(PARTS.filter((part) => reachedFrom(file).has(part))).toEqual([]);
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
