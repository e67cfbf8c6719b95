import { parseArgs } from 'node:util';

/** The switches of a command: each with what it does, for `--help`. */
export type Switches = Readonly<Record<string, string>>;

/**
 * Reads the arguments of a command that takes nothing but switches.
 *
 * @param args without the program and the script.
 * @returns which of the switches were given, or a sentence that says what is wrong with the first bad argument.
 */
export function readSwitches<T extends Switches>(
  args: readonly string[],
  switches: T,
): { readonly given: ReadonlySet<keyof T> } | { readonly problem: string } {
  const options = Object.fromEntries(
    Object.keys(switches).map((name) => [name, { type: 'boolean' as const }]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Set<keyof T>();
  for (const token of tokens) {
    if (token.kind === 'positional') return { problem: `"${token.value}" is not expected: see --help.` };
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(switches, token.name))
      return { problem: `There is no option ${token.rawName}: see --help.` };
    if (token.value !== undefined) return { problem: `${token.rawName} takes no value: see --help.` };
    given.add(token.name);
  }
  return { given };
}

/** The switches as lines of a help text. */
export function describeSwitches(switches: Switches): string {
  const width = Math.max(...Object.keys(switches).map((name) => name.length));
  return Object.entries(switches)
    .map(([name, what]) => `  --${name.padEnd(width)}  ${what}`)
    .join('\n');
}
