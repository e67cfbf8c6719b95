import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Cost, monthlyCost, totalOf } from './cost.ts';
import { deploy, manyRecords } from './site.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/cost.md', import.meta.url)), 'utf8');

/** What a deployment with so many records costs; package.test.ts looks whether the packaged template does, too. */
function costOf(records: number, own: Record<string, unknown> = {}): Cost {
  const { resources, environment, memory, xray } = deploy(own, manyRecords(records));
  const Properties = {
    ...{ MemorySize: memory, Environment: { Variables: environment } },
    ...(xray && { TracingConfig: { Mode: 'Active' } }),
  };
  return monthlyCost(
    { ...resources, UpdateLambdaFunction: { Type: 'AWS::Lambda::Function', Properties } },
    records,
  );
}

const PLAIN = { watchSeconds: 0 };
const COLUMNS = [1, 10, 100].flatMap((records) => [
  { title: `${records}, watching`, records, own: {} },
  { title: `${records}, plain`, records, own: PLAIN },
]);

const money = (amount: number) => amount.toFixed(2);
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');

describe('the page of costs', () => {
  it('has what a deployment costs as it comes, by the template and the list prices', () => {
    const costs = COLUMNS.map(({ records, own }) => costOf(records, own));
    const parts = (Object.keys(costs[0] ?? {}) as (keyof Cost)[]).filter((part) =>
      costs.some((cost) => cost[part] > 0),
    );
    const expected = table(
      ['USD a month', ...COLUMNS.map(({ title }) => title)],
      [
        ...parts.map((part) => [part, ...costs.map((cost) => money(cost[part]))]),
        ['**all**', ...costs.map((cost) => `**${money(totalOf(cost))}**`)],
      ],
    );
    expect(page).toContain(expected);
  });

  it('has what each parameter adds', () => {
    const options: readonly (readonly [string, Record<string, unknown>])[] = [
      ['`metricsByRecord: true`', { metricsByRecord: true }],
      ['`dashboard: true`', { dashboard: true }],
      ['`xray: true`', { xray: true }],
      ['`route53Endpoint: true`, two subnets', { route53Endpoint: true }],
      ['`memory: 256`', { memory: 256 }],
      ['`logLevel: WARN`', { logLevel: 'WARN' }],
      [
        '`alarmTopicArn` instead of `alarmEmail`',
        { alarmEmail: null, alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:operations' },
      ],
    ];
    const added = (records: number, own: Record<string, unknown>) => {
      const difference = totalOf(costOf(records, own)) - totalOf(costOf(records));
      return `${difference < 0 ? '−' : '+'}${money(Math.abs(difference))}`;
    };
    const expected = table(
      ['watching, with', ...[1, 10, 100].map(String)],
      options.map(([title, own]) => [title, ...[1, 10, 100].map((records) => added(records, own))]),
    );
    expect(page).toContain(expected);
  });

  it('keeps what was promised: one record, watching, under 9 USD, and under 6 of it for Lambda', () => {
    const cost = costOf(1);
    expect(cost.Lambda).toBeLessThan(6);
    expect(totalOf(cost)).toBeLessThan(9);
  });
});
