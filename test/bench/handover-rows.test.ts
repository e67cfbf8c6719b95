import { expect, it } from 'vitest';
import { type Followed, handoverRows } from '../../bench/rows/handover.ts';

const quick = Array.from({ length: 98 }, () => 30);

const windowsOf = (windows: readonly number[], missed = 0): Followed => ({
  minutes: 10,
  lags: { windows, plain: [30_000] },
  missed: { windows: missed },
});

it.each<[string, Followed, object]>([
  [
    'met',
    windowsOf([...quick, 100, 1_000]),
    {
      measured: 'median 30 ms, 99th percentile 100 ms',
      spread: '30 ms to 1 s, 100 flips',
      verdict: { met: true },
    },
  ],
  [
    'missed by a slow one',
    windowsOf([...quick, 100, 1_001]),
    { verdict: { met: false, missed: 'ms at most: 1,001 instead of 1,000' } },
  ],
  [
    'missed by two',
    windowsOf([...quick, 600, 700]),
    { verdict: { met: false, missed: 'ms at the 99th percentile: 600 instead of 100' } },
  ],
  [
    'missed by a flip that never arrived',
    windowsOf(quick, 1),
    {
      measured: 'median 30 ms, 99th percentile 30 ms, 1 missed',
      spread: '30 ms to 30 ms, 99 flips',
      verdict: { met: false, missed: 'flips missed: 1 instead of 0' },
    },
  ],
  ['missed if none arrived', windowsOf([], 3), { measured: '3 missed', verdict: { met: false } }],
])('the target of overlapping windows is %s', (_, followed, expected) => {
  expect(handoverRows(followed, 'none here')[0]).toMatchObject(expected);
});

it('a follower is compared without a target, and one that was not there is said to be missing', () => {
  const [, plain, peer] = handoverRows(windowsOf(quick), 'none here');
  expect(plain).not.toHaveProperty('verdict');
  expect(peer).toMatchObject({ measured: 'missing: none here' });
});
