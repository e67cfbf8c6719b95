import type { Machine } from './machine.ts';
import type { Row } from './row.ts';
import { renderTable, summarizeTargets } from './table.ts';

export interface Results {
  readonly rows: readonly Row[];
  readonly machine: Machine;
  readonly takenAt: Date;
  /** How long all of it took, in milliseconds. */
  readonly took: number;
  readonly quick: boolean;
  /** Files of plots that belong to these rows, beside the results. */
  readonly plots: readonly { readonly file: string; readonly alt: string }[];
}

/** The results as a page of Markdown. */
export function renderResults({ rows, machine, takenAt, took, quick, plots }: Results): string {
  const date = takenAt.toISOString().slice(0, 10);
  return [
    '# Results of `npm run bench`',
    `Taken on ${date}, in ${(took / 60_000).toFixed(1)} minutes.${quick ? ' **Quick: too few samples to prove anything.**' : ''} ${summarizeTargets(rows)}`,
    machine.lines.map((line) => `- ${line}`).join('\n'),
    'Written by the bench; how it measures is in [README.md](README.md).',
    renderTable(rows),
    ...plots.map(({ file, alt }) => `![${alt}](${file})`),
  ]
    .join('\n\n')
    .concat('\n');
}
