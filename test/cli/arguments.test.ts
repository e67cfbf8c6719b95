import { describe, expect, it } from 'vitest';
import { describeSwitches, readSwitches } from '../../cli/arguments.ts';

const SWITCHES = { keep: 'keep it', 'stand-in': 'no real one' } as const;

describe('readSwitches', () => {
  it.each([
    [[], []],
    [['--keep'], ['keep']],
    [
      ['--stand-in', '--keep'],
      ['stand-in', 'keep'],
    ],
  ])('reads %j', (args, given) => {
    expect(readSwitches(args, SWITCHES)).toEqual({ given: new Set(given) });
  });

  it.each([
    [['--keap'], 'There is no option --keap: see --help.'],
    [['--keap=1'], 'There is no option --keap: see --help.'],
    [['--toString'], 'There is no option --toString: see --help.'],
    [['-k'], 'There is no option -k: see --help.'],
    [['--keep=yes'], '--keep takes no value: see --help.'],
    [['--keep', 'yes'], '"yes" is not expected: see --help.'],
  ])('finds problem with %j', (args, problem) => {
    expect(readSwitches(args, SWITCHES)).toEqual({ problem });
  });
});

it('describes each switch in a line of its own', () => {
  expect(describeSwitches(SWITCHES)).toBe('  --keep      keep it\n  --stand-in  no real one');
});
