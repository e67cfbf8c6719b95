import { expect, it } from 'vitest';
import { type NodeLoss, nodeLossRows } from '../../bench/rows/node-loss.ts';

const loss = (own: Partial<NodeLoss> = {}): NodeLoss => ({
  ...{ names: 500, took: 400, batches: 3, throttled: 0 },
  ...own,
});

it('500 names are to be right within a second, each time', () => {
  expect(nodeLossRows([loss(), loss({ took: 1_000 }), loss({ took: 600 })])).toMatchObject([
    {
      what: '500 names of 3 addresses lose a node',
      measured: 'all right after 0.6 s, 3 batches, 0 refused for the limit',
      spread: '0.4 to 1 s, 3 times; at least 2 batches',
      target: '1 s, none refused',
      verdict: { met: true },
    },
  ]);
  expect(nodeLossRows([loss(), loss({ took: 1_100 })])).toMatchObject([
    { verdict: { met: false, missed: 'seconds: 1.1 instead of 1' } },
  ]);
});

it('1,000 names take as long as the bucket of changes makes them, which the target says', () => {
  const [row] = nodeLossRows([loss({ names: 1_000, took: 15_900 })]);
  expect(row).toMatchObject({
    target: expect.stringMatching(/^16 s .*3 tokens.*0012/),
    verdict: { met: true },
  });
  expect(nodeLossRows([loss({ names: 1_000, took: 15_900, throttled: 2 })])).toMatchObject([
    { verdict: { met: false, missed: 'requests refused for the limit: 2 instead of 0' } },
  ]);
});
