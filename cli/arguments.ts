import { parseArgs } from 'node:util';

/** An option of a command: what it does, for `--help`; with a value, also what stands for that there. */
export type Option = string | { readonly value: string; readonly what: string };

export type Options = Readonly<Record<string, Option>>;

/** The options that were given, each with its value; that of a switch is empty. */
export type Given<T extends Options> = ReadonlyMap<keyof T, string>;

/**
 * Reads the arguments of a command that takes nothing but options.
 *
 * @param args without the program and the script.
 * @returns the options that were given, or a sentence that says what is wrong with the first bad argument.
 */
export function readOptions<T extends Options>(
  args: readonly string[],
  options: T,
): { readonly given: Given<T> } | { readonly problem: string } {
  const types = Object.entries(options).map(([name, option]) => [
    name,
    { type: typeof option === 'string' ? ('boolean' as const) : ('string' as const) },
  ]);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    tokens: true,
  });
  const given = new Map<keyof T, string>();
  for (const token of tokens) {
    if (token.kind === 'positional')
      return {
        problem: `"${token.value}" is not expected: npm run takes options after --, as in -- --help.`,
      };
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) return { problem: `There is no option ${rawName}: see --help.` };
    if (typeof option === 'string' && value !== undefined)
      return { problem: `${rawName} takes no value: see --help.` };
    // Another option is no value that was meant.
    if (typeof option !== 'string' && (!value || value.startsWith('--')))
      return { problem: `${rawName} needs a value: ${rawName} ${option.value}.` };
    if (given.has(name)) return { problem: `${rawName} is given twice: see --help.` };
    given.set(name, value ?? '');
  }
  return { given };
}

/** The options as lines of a help text. */
export function describeOptions(options: Options): string {
  const rows = Object.entries(options).map(([name, option]) =>
    typeof option === 'string'
      ? ([name, option] as const)
      : ([`${name} ${option.value}`, option.what] as const),
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `  --${name.padEnd(width)}  ${what}`).join('\n');
}
