import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../deploy/parameters.ts';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const isThere = (path: string) => existsSync(join(root, path));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path));

/** What the first group of the pattern holds, wherever it matches. */
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

const DOCUMENTS = [
  ...readdirSync(root).filter((path) => path.endsWith('.md')),
  ...['docs', '.github', 'bench', 'rdsproxy-node'].flatMap((folder) => filesIn(folder, '.md')),
];

const SCRIPTS = Object.keys(manifest.scripts);

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (document: string) =>
  matches(textOf(document), /^#+ (.*)$/gm).map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

it('the documents are found', () => {
  expect(DOCUMENTS).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/adr/README.md']),
  );
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = textOf(document);

  it('leads nowhere that is not there', () => {
    for (const target of matches(text, /\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('http')) continue;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? document : normalize(join(dirname(document), file));
      expect(isThere(path), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(path), target).toContain(anchor);
    }
  });

  it('names no command that there is not', () => {
    for (const script of matches(text, /\bnpm run (?:-\S+ )*([\w:-]+)/g))
      expect(SCRIPTS, `npm run ${script}`).toContain(script);
    for (const test of matches(text, /\bvitest run ([\w./-]+)/g)) expect(isThere(test), test).toBe(true);
  });
});

describe.each(['CONTRIBUTING.md', 'SECURITY.md'])('%s', (document) => {
  it('names no file that there is not', () => {
    const files = matches(
      textOf(document),
      /`((?:src|deploy|build|cli|emulators|stages|docs|test)\/[^`]*)`/g,
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(isThere(file), file).toBe(true);
  });
});

describe('what CONTRIBUTING.md says that a test notices', () => {
  const tests = filesIn('test', '.ts')
    .filter((path) => path !== 'test/readme.test.ts')
    .map(textOf)
    .join('\n');
  /** What stands in code marks in the first column of the README's table with that head; readme.test.ts checks it. */
  const namesIn = (head: string) => {
    const [, rows = ''] =
      new RegExp(`^\\| ${head} \\| .*\\n.*\\n((?:\\|.*\\n)+)`, 'm').exec(textOf('README.md')) ?? [];
    return matches(rows, /^\| ([^|]+) \|/gm).flatMap((cell) => matches(cell, /`([^`]+)`/g));
  };

  it.each(['variable', 'key', 'reason', 'cause', 'leg'])('each %s is named in a test', (head) => {
    const names = namesIn(head);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(tests))).toEqual([]);
  });

  it('each parameter is in the file of the stage, at least as a comment', () => {
    const stage = textOf('stages/dev.yml');
    // The three ways to give a certificate are told of together.
    for (const parameter of Object.keys(EXAMPLES))
      expect(stage).toContain(parameter.replace(/(Ssm|Secret)$/, ''));
  });
});
