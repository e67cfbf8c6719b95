import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Document, parseDocument, visit } from 'yaml';
import type { Parameters, Problem } from './parameters.ts';

/** A stage as it was written: where (its parameters), and which (its records). */
export interface StageFile {
  /** As an operator knows it: `stages/prod.yml`. */
  readonly path: string;
  readonly parameters: Parameters;
  /** The list of records; `undefined` where there is none. */
  readonly records: unknown;
  /** Where those parameters come from that are not in the file: `--param`. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

/** A stage that cannot be used: a sentence for each problem, a line each. */
export class StageError extends Error {
  override readonly name = 'StageError';

  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
  }
}

const ownPath = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The text of a file of this repository. */
export const readOwnFile = (path: string) => readFileSync(ownPath(path), 'utf8');

/** The names of what is in a folder of this repository. */
export const ownFilesIn = (folder: string): readonly string[] => readdirSync(ownPath(folder));

/** The path of a stage's file in this repository. */
export const pathOfStage = (stage: string) => `stages/${stage}.yml`;

export const isStageName = (text: string) => /^[\w-]+$/.test(text);

/**
 * Reads the file of a stage. Whether what it says can work is for others to judge.
 *
 * @param readFile returns the text of a file of this repository; what it throws means that there is no such file.
 * @throws StageError if there is no such file, or it is not a list of `name: value`.
 */
export function readStageFile(stage: string, readFile: (path: string) => string = readOwnFile): StageFile {
  const path = pathOfStage(stage);
  if (!isStageName(stage))
    throw new StageError([`The stage "${stage}" must have a name of letters, digits, "-" and "_".`]);
  let text: string;
  try {
    text = readFile(path);
  } catch {
    throw new StageError([`There is no ${path}: copy stages/dev.yml to it, and put in your own.`]);
  }
  const { records, ...parameters } = contentOf(path, text);
  return { path, parameters, records, elsewhere: {} };
}

/** The same stage with parameters that win over its file. */
export function withParameters(file: StageFile, given: Parameters, where: string): StageFile {
  const names = Object.keys(given).map((name) => [name, where]);
  return {
    ...file,
    parameters: { ...file.parameters, ...given },
    elsewhere: { ...file.elsewhere, ...Object.fromEntries(names) },
  };
}

/** A problem as a sentence that begins with where it was written. */
export function located({ path, elsewhere }: StageFile, { about, sentence }: Problem): string {
  const isNamed = (name: string) => about === name || sentence.split(/\W+/).includes(name);
  const where = Object.keys(elsewhere).find(isNamed);
  return `${where === undefined ? path : elsewhere[where]}: ${sentence}`;
}

function contentOf(path: string, text: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(text);
  const faults = [...document.errors, ...document.warnings];
  // What follows the first line is the place in the text, drawn.
  const [fault, ...more] = faults.map(({ message }) => message.split('\n')[0]?.replace(/:$/, ''));
  if (fault !== undefined)
    throw new StageError([
      `${path}: ${fault}.${more.length > 0 ? ` (and ${more.length} more that may follow from it)` : ''}`,
    ]);
  const changed = changedNumbers(document, text);
  if (changed.length > 0) throw new StageError(changed.map((each) => `${path}: ${each}`));
  const content = plainFrom(path, () => document.toJS());
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new StageError([`${path}: each line must be of the form "name: value".`]);
  const unresolved = Object.entries(content).filter(([, value]) => JSON.stringify(value)?.includes('${'));
  if (unresolved.length > 0)
    throw new StageError(
      unresolved.map(
        ([name]) =>
          `${path}: ${name} holds a variable of Serverless, \${…}, which nothing fills in: write the value itself, or give it as --param.`,
      ),
    );
  return content as Readonly<Record<string, unknown>>;
}

/**
 * Numbers that would not be what was written: an account's ID would lose its zero, version 1.10 would become 1.1. Such a
 * value is handed on as a text, so it is to be written as one.
 */
function changedNumbers(document: Document, text: string): readonly string[] {
  const faults: string[] = [];
  visit(document, {
    Scalar(_, { value, source, range }) {
      if (typeof value !== 'number' || source === undefined || source === String(value)) return;
      const line = text.slice(0, range?.[0] ?? 0).split('\n').length;
      faults.push(`${source} at line ${line} would be read as the number ${value}: put it in quotes.`);
    },
  });
  return faults;
}

/** What JSON can say, too. Aliases of YAML may be endless. */
function plainFrom(path: string, read: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(read() ?? {}));
  } catch (error) {
    throw new StageError([`${path}: it cannot be read: ${String(error).split('\n')[0]}.`]);
  }
}

/** The name of the service, which with that of a stage names a deployment. */
export function readServiceName(readFile: (path: string) => string = readOwnFile): string {
  // The tags of CloudFormation in it are of no interest here.
  return String(parseDocument(readFile('serverless.yml'), { logLevel: 'silent' }).get('service'));
}
