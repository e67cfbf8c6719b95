import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file of this repository. */
export const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The files below a folder whose names end so, as paths in this repository. */
export const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path));

/** What the first group of the pattern holds, wherever it matches. */
export const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

/** Everything that is written for people. */
export const DOCUMENTS = [
  ...readdirSync(root).filter((path) => path.endsWith('.md')),
  ...['docs', '.github', 'bench', 'rdsproxy-node'].flatMap((folder) => filesIn(folder, '.md')),
];

/** What operators read: the front page, and the pages by task. */
export const PAGES = ['README.md', ...filesIn('docs', '.md').filter((path) => !path.startsWith('docs/adr/'))];

/** A table: the cells of its head, and those of each row below. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a document. */
export function tablesIn(text: string): readonly Table[] {
  const cells = (line: string) => line.slice(2, -2).split(' | ');
  return matches(text, /^((?:\|.*\n){2,})/gm).map((found) => {
    const [head = '', , ...rows] = found.trimEnd().split('\n');
    return { head: cells(head), rows: rows.map(cells) };
  });
}

/** What stands in code marks in the first cell of each row. */
export const namedIn = ({ rows }: Table): readonly string[] =>
  rows.flatMap(([first = '']) => matches(first, /`([^`]+)`/g));
