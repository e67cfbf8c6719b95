import { afterEach, beforeEach, expect, it } from 'vitest';
import { context, EVERY_MINUTE, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** Windows that begin in an hour. */
const WINDOWS = 60;

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

it('costs one listing a window while nothing changes, and no change: 60 an hour', async () => {
  await stack.publishing(['10.0.1.1', '10.0.1.2']);
  // The same process for all windows, as Lambda keeps it warm.
  const warm = stack.function({ WATCH_SECONDS: '600' });
  await windowOf(warm);
  const before = stack.route53.requests.length;
  const listings: number[] = [];
  for (let count = 0; count < WINDOWS; count++) {
    const already = stack.route53.requests.length;
    await windowOf(warm);
    listings.push(stack.route53.requests.length - already);
  }
  const operations = stack.route53.requests.slice(before).map(({ operation }) => operation);
  expect(new Set(operations)).toEqual(new Set(['ListResourceRecordSets']));
  // On a busy machine, Consul may answer after the first look, and the zone is looked at once more.
  expect(Math.max(...listings)).toBeLessThanOrEqual(2);
  expect(listings.filter((count) => count === 1).length).toBeGreaterThan(WINDOWS / 2);
  // It would not go unnoticed: the next window follows a change with a single request.
  await stack.setStatus('10.0.1.2', 'critical');
  const last = stack.route53.requests.length;
  await windowOf(warm, () => stack.published().length === 1);
  expect(stack.route53.requests.slice(last).map(({ operation }) => operation)).toEqual([
    'ListResourceRecordSets',
    'ChangeResourceRecordSets',
  ]);
});

/** A scheduled invocation whose window ends when it waits for news, and something else holds. */
async function windowOf(handler: ReturnType<Stack['function']>, holds = () => true): Promise<void> {
  stack.consul.requests.length = 0;
  const ending = new AbortController();
  const run = handler(EVERY_MINUTE, context(600_000, ending.signal));
  run.catch(() => undefined);
  const isWaiting = () => stack.consul.requests.some(({ query }) => query['index']);
  await until(() => isWaiting() && stack.route53.requests.at(-1)?.status === 200 && holds(), {
    within: 30_000,
    what: 'a quiet window',
  });
  ending.abort();
  expect(['unchanged', 'changed']).toContain((await run).outcome);
}
