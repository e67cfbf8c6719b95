import { EVERY, type Experience } from './client.ts';
import type { Parts } from './parts.ts';

/** What became of one scenario. */
export interface Row {
  readonly number: string;
  readonly title: string;
  readonly passed: boolean;
  /** How long it took, in milliseconds. */
  readonly took: number;
  readonly experience: Experience;
  readonly note: string;
}

const columns = [
  '#',
  'scenario',
  'queries',
  'failed',
  '> 0.5 s',
  'slowest',
  'longest outage',
  'what was seen',
];

/** The rows as a Markdown table, with the date and versions above it. */
export function renderTable(rows: readonly Row[], versions: Parts['versions'], date: string): string {
  const cells = rows.map(({ number, title, passed, experience, note }) => [
    ...[number, title, String(experience.queries), String(experience.failed), String(experience.slow)],
    ...[milliseconds(experience.slowest), milliseconds(experience.outage), passed ? note : `FAILED: ${note}`],
  ]);
  const parts = `Consul ${versions.consul}, HAProxy ${versions.haproxy}, MariaDB ${versions.mariadb}`;
  const lines = [columns, columns.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  return [`${date}: ${parts}; a client that runs a query every ${EVERY} ms`, '', ...lines].join('\n');
}

function milliseconds(value: number): string {
  return `${value} ms`;
}
