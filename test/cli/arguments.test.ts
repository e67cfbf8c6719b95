import { describe, expect, it } from 'vitest';
import { describeOptions, readOptions } from '../../cli/arguments.ts';

const OPTIONS = { keep: 'keep it', 'stand-in': 'no real one', stage: { value: 'NAME', what: 'which one' } };

describe('readOptions', () => {
  it.each<[string[], [string, string][]]>([
    [[], []],
    [['--keep'], [['keep', '']]],
    [
      ['--stage', 'prod', '--stand-in', '--keep'],
      [
        ['stage', 'prod'],
        ['stand-in', ''],
        ['keep', ''],
      ],
    ],
    [['--stage=prod'], [['stage', 'prod']]],
  ])('reads %j', (args, given) => {
    expect(readOptions(args, OPTIONS)).toEqual({ given: new Map(given) });
  });

  it.each([
    [['--keap'], 'There is no option --keap: see --help.'],
    [['--keap=1'], 'There is no option --keap: see --help.'],
    [['--toString'], 'There is no option --toString: see --help.'],
    [['-k'], 'There is no option -k: see --help.'],
    [['--keep=yes'], '--keep takes no value: see --help.'],
    [['--keep', 'yes'], '"yes" is not expected: npm run takes options after --, as in -- --help.'],
    [['--keep', '--keep'], '--keep is given twice: see --help.'],
    [['--stage'], '--stage needs a value: --stage NAME.'],
    [['--stage='], '--stage needs a value: --stage NAME.'],
    [['--stage', '--keep'], '--stage needs a value: --stage NAME.'],
  ])('finds problem with %j', (args, problem) => {
    expect(readOptions(args, OPTIONS)).toEqual({ problem });
  });
});

it('describes each option in a line of its own', () => {
  expect(describeOptions(OPTIONS)).toBe(
    '  --keep        keep it\n  --stand-in    no real one\n  --stage NAME  which one',
  );
});
