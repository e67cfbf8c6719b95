import { describe, expect, it } from 'vitest';
import { followsWithin, lookAgain } from '../../../cli/status/look-again.ts';
import type { Outcome, RecordReport, RunReport } from '../../../src/report/run-report.ts';

/** A plan with records of these names and outcomes. */
const planOf = (outcomes: Readonly<Record<string, Outcome>>) =>
  ({
    records: Object.entries(outcomes).map(
      ([name, outcome]) => ({ zoneId: 'Z1', name, type: 'A', outcome }) as unknown as RecordReport,
    ),
  }) as unknown as RunReport;

/** Looks at one plan after the other, the last one for ever, by a clock that only sleeping moves on. */
async function looked(within: number, [first, ...later]: readonly RunReport[]) {
  let now = 0;
  const rest = [...later];
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  const plan = async () => (rest.length > 1 ? rest.shift() : rest[0]) ?? planOf({});
  const { report, overdue } = await lookAgain(first ?? planOf({}), plan, within, { now: () => now, sleep });
  return { report, overdue: [...overdue], now };
}

describe('looking again', () => {
  const pending = planOf({ a: 'planned', b: 'unchanged' });
  const done = planOf({ a: 'unchanged', b: 'unchanged' });

  it('is not needed where nothing is pending', async () => {
    const held = planOf({ a: 'held' });
    expect(await looked(3, [held, done])).toEqual({ report: held, overdue: [], now: 0 });
  });

  it('ends once what was pending is done', async () => {
    expect(await looked(3, [pending, pending, done])).toEqual({ report: done, overdue: [], now: 1_500 });
  });

  it('gives up on what is pending all the time', async () => {
    expect(await looked(3, [pending, pending])).toEqual({
      ...{ report: pending, overdue: ['Z1 a A'], now: 3_000 },
    });
  });

  it('does not count what has only just become pending', async () => {
    const other = planOf({ a: 'unchanged', b: 'planned' });
    expect(await looked(3, [pending, other])).toEqual({ report: other, overdue: [], now: 750 });
  });

  it('waits for the next tick of a function that does not watch until then', () => {
    expect([75, 60, 50, 0].map(followsWithin)).toEqual([3, 3, 13, 63]);
  });
});
