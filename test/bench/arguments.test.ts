import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readOptions } from '../../bench/arguments.ts';

it('measures everything where nothing is said', () => {
  expect(readOptions([])).toEqual({
    parts: ['reaction', 'first', 'handover', 'cold', 'load', 'calls', 'scale', 'memory'],
    quick: false,
    node: process.execPath,
    oldest: false,
    cpuPeriod: 20,
    help: false,
  });
});

it('measures what is asked for, in the order of the table', () => {
  expect(
    readOptions([
      '--only',
      'scale, reaction',
      '--quick',
      '--oldest',
      '--node',
      '/opt/node',
      '--cpu-period',
      '100',
    ]),
  ).toMatchObject({
    parts: ['reaction', 'scale'],
    quick: true,
    oldest: true,
    cpuPeriod: 100,
    node: '/opt/node',
  });
});

it('finds a Node that is named from where it is called', () => {
  expect(readOptions(['--node', './node'])).toMatchObject({ node: join(process.cwd(), 'node') });
  expect(readOptions(['--node', 'node'])).toMatchObject({ node: 'node' });
});

it.each([
  [['--only', 'speed'], 'There is no part speed; there are reaction, first, handover'],
  [['--fast'], '--fast'],
  [['scale'], 'scale'],
  [['--cpu-period', '0'], '--cpu-period is 0; it must be from 1 to 1,000 ms.'],
])('refuses %j', (args, said) => {
  expect(readOptions(args)).toEqual({ problem: expect.stringContaining(said) });
});
