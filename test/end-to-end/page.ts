import { readFileSync } from 'node:fs';

/** The blocks of docs/migrate.md that are more than an example, by what stands behind their language. */
export type Page = Readonly<Record<string, string>>;

/** Reads the page, so that it and the test cannot differ. What it says there on lines of comment is for people. */
export function migratePage(): Page {
  const text = readFileSync(new URL('../../docs/migrate.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)];
  return Object.fromEntries(
    blocks.map(([, name = '', content = '']) => [name, content.replace(/^#.*\n/gm, '')]),
  );
}
