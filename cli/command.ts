import { withNearestKey } from '../deploy/nearest.ts';
import { SettingsError } from '../src/settings/settings-error.ts';
import { type Given, type Options, readOptions } from './arguments.ts';

/** A command that takes nothing but options. */
export interface Command<T extends Options> {
  readonly options: T;
  /** What `--help` prints. */
  readonly help: string;
  /** @returns the exit code. Whatever it throws is printed, and the exit code is 1. */
  run(given: Given<T>): Promise<number>;
}

/** Runs a command with the arguments of this process, and sets its exit code. */
export async function runCommand<T extends Options>({ options, help, run }: Command<T>): Promise<void> {
  const parsed = readOptions(process.argv.slice(2), options);
  if ('problem' in parsed) {
    console.error(parsed.problem);
    process.exitCode = 1;
    return;
  }
  if (parsed.given.has('help')) {
    console.log(help);
    return;
  }
  try {
    process.exitCode = await run(parsed.given);
  } catch (error) {
    const lines =
      error instanceof SettingsError
        ? error.problems.map(withNearestKey)
        : [error instanceof Error ? error.message : error];
    for (const line of lines) console.error(line);
    process.exitCode = 1;
  }
}
