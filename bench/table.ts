import { PARTS, type Part, type Row } from './row.ts';

const HEAD = ['', 'measured', 'minimum to maximum', 'target', 'verdict'];

/** The rows as Markdown, a table for each part, in the order of the parts. */
export function renderTable(rows: readonly Row[]): string {
  return (Object.keys(PARTS) as Part[])
    .map((part) => ({ part, own: rows.filter((row) => row.part === part) }))
    .filter(({ own }) => own.length > 0)
    .map(({ part, own }) => `### ${PARTS[part]}\n\n${grid([HEAD, ...own.map(cells)])}`)
    .join('\n\n');
}

/** How many targets there are, and which are missed. */
export function summarizeTargets(rows: readonly Row[]): string {
  const judged = rows.filter(({ verdict }) => verdict);
  const missed = judged.filter(({ verdict }) => verdict && !verdict.met);
  const names = missed.map(({ part, what }) => `"${PARTS[part]}: ${what}"`).join(', ');
  return `${judged.length - missed.length} of ${judged.length} targets met${names && `; missed: ${names}`}.`;
}

function cells({ what, measured, spread, target = '', verdict }: Row): readonly string[] {
  const said = !verdict ? '' : verdict.met ? 'met' : `**missed** ${verdict.missed}`;
  return [what, measured, spread, target, said];
}

function grid([head = [], ...rows]: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  // The last column is the longest by far; nothing is gained by filling it up.
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [line(first), `|${head.map(() => '---').join('|')}|`, ...others.map(line)].join('\n');
}
