import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../deploy/parameters.ts';
import { DOCUMENTS, filesIn, matches, namedIn, PAGES, root, tablesIn, textOf } from './support/documents.ts';

const isThere = (path: string) => existsSync(join(root, path));

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
  expect(PAGES).toContain('docs/operations.md');
});

it('the README is a front page', () => {
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

it('every page is linked from another one', () => {
  const linked = PAGES.flatMap((page) =>
    matches(textOf(page), /\]\(([^)\s#]+\.md)[)#]/g).map((target) => normalize(join(dirname(page), target))),
  );
  expect(linked).toEqual(expect.arrayContaining(PAGES.filter((page) => page !== 'README.md')));
});

it('no table is there twice', () => {
  const heads = PAGES.flatMap((page) => tablesIn(textOf(page))).map(({ head }) => head.join(' | '));
  expect(heads.length).toBeGreaterThan(15);
  expect(heads.filter((head, at) => heads.indexOf(head) !== at)).toEqual([]);
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

  it('names no test that there is not', () => {
    for (const test of matches(text, /\bvitest run ([\w./-]+)/g)) expect(isThere(test), test).toBe(true);
  });
});

describe.each(['CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md'])('%s', (document) => {
  it('names no file that there is not', () => {
    const files = matches(
      textOf(document),
      /`((?:src|deploy|build|cli|emulators|stages|docs|test)\/[^`<]*)`/g,
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(isThere(file), file).toBe(true);
  });
});

describe('what CONTRIBUTING.md says that a test notices', () => {
  const tests = filesIn('test', '.ts')
    .filter((path) => path !== 'test/docs-tables.test.ts')
    .map(textOf)
    .join('\n');
  /** What has a row in the table with that head; docs-tables.test.ts checks that it is all there is. */
  const namesIn = (first: string) =>
    PAGES.flatMap((page) => tablesIn(textOf(page)))
      .filter(({ head }) => head[0] === first)
      .flatMap(namedIn);

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
