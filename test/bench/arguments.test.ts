import { expect, it } from 'vitest';
import { readOptions } from '../../bench/arguments.ts';

it('measures everything where nothing is said', () => {
  expect(readOptions([])).toEqual({
    parts: ['reaction', 'first', 'handover', 'cold', 'load', 'calls', 'scale', 'memory'],
    quick: false,
    node: process.execPath,
    oldest: false,
    help: false,
  });
});

it('measures what is asked for, in the order of the table', () => {
  expect(
    readOptions(['--only', 'scale, reaction', '--quick', '--oldest', '--node', '/opt/node']),
  ).toMatchObject({
    parts: ['reaction', 'scale'],
    quick: true,
    oldest: true,
    node: '/opt/node',
  });
});

it.each([
  [['--only', 'speed'], 'There is no part speed; there are reaction, first, handover'],
  [['--fast'], '--fast'],
  [['scale'], 'scale'],
])('refuses %j', (args, said) => {
  expect(readOptions(args)).toEqual({ problem: expect.stringContaining(said) });
});
