import { describe, expect, it } from 'vitest';
import { renderResults } from '../../bench/results.ts';
import { amount, atMost, type Row } from '../../bench/row.ts';
import { renderTable, summarizeTargets } from '../../bench/table.ts';

const row = (own: Partial<Row> = {}): Row => ({
  part: 'calls',
  what: 'a failover',
  measured: '1\ncall',
  spread: '',
  target: '1 call',
  verdict: { met: true },
  ...own,
});
const missed = row({ what: 'a | b', verdict: { met: false, missed: 'by 1 call: why' } });

describe('a verdict', () => {
  it('is met at the bound', () => {
    expect(atMost(250, 250, 'ms', () => 'why')).toEqual({ met: true });
  });

  it('says by how much it is missed, and why', () => {
    expect(atMost(300, 250, 'ms', () => 'a busy machine')).toEqual({
      met: false,
      missed: 'by 50 ms (20 %): a busy machine',
    });
  });
});

it.each([
  [1_234.5, '1,235'],
  [23.46, '23.5'],
  [4.094, '4.09'],
  [60, '60'],
])('%d is written as %s', (value, expected) => {
  expect(amount(value)).toBe(expected);
});

describe('the table', () => {
  it('has a part for each that was measured, and escapes what Markdown takes for a border', () => {
    expect(renderTable([row(), missed])).toBe(
      [
        '### Calls, one record',
        '',
        '|            | measured | minimum to maximum | target | verdict |',
        '|---|---|---|---|---|',
        '| a failover | 1 call   |                    | 1 call | met |',
        '| a \\| b     | 1 call   |                    | 1 call | **missed** by 1 call: why |',
      ].join('\n'),
    );
  });

  it('counts the targets, and names what is missed', () => {
    const compared: Row = { part: 'calls', what: 'a peer', measured: '2 calls', spread: '' };
    expect(summarizeTargets([row(), missed, compared])).toBe(
      '1 of 2 targets met; missed: "Calls, one record: a | b".',
    );
    expect(summarizeTargets([row()])).toBe('1 of 1 targets met.');
  });
});

it('results bear their date and their machine, and say when they are hasty', () => {
  const results = {
    ...{ rows: [row()], machine: { lines: ['2 × a processor'] }, took: 90_000, plots: [] },
    takenAt: new Date('2026-11-22T10:00:00Z'),
  };
  expect(renderResults({ ...results, quick: false })).toMatch(/2026-11-22, in 1\.5 minutes\. 1 of 1 targets/);
  expect(renderResults({ ...results, quick: true })).toMatch(/Quick/);
  expect(renderResults({ ...results, quick: true })).toContain('- 2 × a processor');
});
