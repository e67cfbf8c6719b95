import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readOptions as readBenchOptions } from '../bench/arguments.ts';
import { type Options, readOptions } from '../cli/arguments.ts';
import { COMMANDS } from '../cli/options.ts';
import manifest from '../package.json' with { type: 'json' };
import { DOCUMENTS, matches, textOf } from './support/documents.ts';

/** What serverless offers in a folder with a service on AWS, with its options. */
const SLS: ReadonlyMap<string, SlsCommand> = createRequire(import.meta.url)(
  'serverless/lib/cli/commands-schema/aws-service.js',
);

interface SlsCommand {
  readonly options: Readonly<
    Record<string, { readonly shortcut?: string; readonly type?: 'string' | 'boolean' | 'multiple' }>
  >;
}

const FUNCTIONS = Object.keys(parse(textOf('serverless.yml'), { logLevel: 'silent' }).functions);

/** What is shown as a command: the lines of code blocks, and code within a sentence; comments aside. */
function commandsIn(document: string): readonly string[] {
  const text = textOf(document);
  const blocks = matches(text, /^```.*\n([\s\S]*?)^```/gm).flatMap((block) =>
    block.split('\n').map((line) => line.replace(/(^|\s)#.*/, '')),
  );
  const spans = matches(text.replace(/^```[\s\S]*?^```/gm, ''), /`([^`]+)`/g);
  return [...blocks, ...spans].flatMap((code) => code.replace(/\s+/g, ' ').trim().split(' && '));
}

/** A command as a shell splits it; quotes around a whole word, or around the value of an option. */
const wordsOf = (command: string) =>
  [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/['"]/g, ''));

/** What is wrong with the arguments of a script of package.json, if anything is. */
function problemOfScript(script: string, args: readonly string[]): string | undefined {
  if (!Object.hasOwn(manifest.scripts, script)) return 'there is no such script';
  const [dashes, ...options] = args;
  if (dashes === undefined) return;
  if (dashes !== '--') return 'options go after --';
  const read =
    script === 'bench'
      ? readBenchOptions(options)
      : readOptions(options, (COMMANDS as Readonly<Record<string, Options>>)[script] ?? {});
  return 'problem' in read ? read.problem : undefined;
}

/** The same of `sls`. */
function problemOfSls(words: readonly string[]): string | undefined {
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const name = words.slice(0, firstOption < 0 ? undefined : firstOption).join(' ');
  const command = SLS.get(name);
  if (!command) return `there is no command "${name}"`;
  const rest = words.slice(name.split(' ').length);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [given = '', value] = word.split(/=(.*)/s);
    const [option, { type } = {}] =
      Object.entries(command.options).find(
        ([long, { shortcut }]) => given === `--${long}` || given === `-${shortcut}`,
      ) ?? [];
    if (option === undefined) return `there is no option ${given}`;
    if (type === 'boolean') continue;
    const taken = value ?? rest.shift();
    if (taken === undefined) return `${given} needs a value`;
    if (option === 'function' && !FUNCTIONS.includes(taken)) return `there is no function ${taken}`;
  }
  return;
}

/** What is wrong with a command of this project; `undefined` for others, too. */
function problemOf(command: string): string | undefined {
  const [program, ...words] = wordsOf(command).filter((word) => !/^[A-Z_]+=/.test(word));
  if (program === 'npx' && words[0] === 'sls') return problemOfSls(words.slice(1));
  if (program !== 'npm') return;
  const [verb = '', ...rest] = words;
  if (verb === 'start' || verb === 'test') return problemOfScript(verb, rest);
  if (verb !== 'run') return;
  const [script = '', ...args] = rest.filter((word) => word !== '--silent');
  return problemOfScript(script, args);
}

describe.each(DOCUMENTS)('%s', (document) => {
  it('shows no command that cannot be run as it stands', () => {
    const problems = commandsIn(document).map((command) => [command, problemOf(command)]);
    expect(problems.filter(([, problem]) => problem !== undefined)).toEqual([]);
  });
});

describe('what is wrong with a command', () => {
  it.each([
    ['npm run plan -- --stage prod'],
    ['npm start -- --keep'],
    ['npm run bench -- --only reaction,scale'],
    ['FUZZ_SEED=1 npm test'],
    [`npx sls invoke -f update --stage prod -d '{"action": "plan"}'`],
    ['npx sls deploy list --stage dev'],
    ['npx sls deploy --stage prod --param="watchSeconds=0"'],
  ])('nothing: %s', (command) => {
    expect(problemOf(command)).toBeUndefined();
  });

  it.each([
    ['npm run plans', 'there is no such script'],
    ['npm run plan --stage prod', 'options go after --'],
    ['npm run plan -- --stages prod', 'There is no option --stages: see --help.'],
    ['npm run force -- --record', '--record needs a value: --record NAME.'],
    ['npx sls apply', 'there is no command "apply"'],
    ['npx sls remove --all', 'there is no option --all'],
    ['npx sls invoke -f updater', 'there is no function updater'],
    ['npx sls rollback --timestamp', '--timestamp needs a value'],
  ])('%s', (command, problem) => {
    expect(problemOf(command)).toBe(problem);
  });

  it('is looked for in what the front page shows', () => {
    const shown = commandsIn('README.md');
    expect(shown).toContain('npm start');
    expect(shown.filter((command) => command.startsWith('npx sls')).length).toBeGreaterThan(1);
  });
});
