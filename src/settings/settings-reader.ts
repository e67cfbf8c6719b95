import { defined } from '../domain/defined.ts';

/** The environment variables, by name. An empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a secret is kept, to be fetched when it is needed. */
export interface SecretReference {
  readonly store: 'ssm' | 'secrets-manager';
  /** Name or ARN of the parameter or of the secret. */
  readonly name: string;
  /** The key whose value is meant, where the secret is a JSON object. Secrets Manager only. */
  readonly key?: string;
  /** The setting that names it, for messages. */
  readonly variable: string;
}

/** A text, or where it is kept. */
export type SecretSetting = { readonly text: string } | { readonly reference: SecretReference };

/** Reads variables one by one and gathers what is wrong with them. */
export interface SettingsReader {
  get(variable: string): string | undefined;
  /** The text of the file that the variable names. */
  file(variable: string): string | undefined;
  /** Notes a problem; there is no value then. */
  problem(sentence: string): undefined;
}

/**
 * @param readFile returns a file's text; its error becomes a problem.
 * @param problems gets a sentence for each problem, which names the variable.
 */
export function settingsReader(
  env: Environment,
  readFile: (path: string) => string,
  problems: string[],
): SettingsReader {
  const get = (variable: string) => env[variable]?.trim() || undefined;
  return {
    get,
    problem: (sentence) => void problems.push(sentence),
    file(variable) {
      const path = get(variable);
      if (path === undefined) return undefined;
      try {
        return readFile(path);
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? error.code : 'unknown error';
        // The value may be the secret itself instead of a path, so it is repeated only if it looks like one; a key has no dot.
        const which = /^[\w./-]{1,200}$/.test(path) && path.includes('.') ? `the file ${path}` : 'a file';
        problems.push(`${variable} names ${which}, which cannot be read (${why}).`);
        return undefined;
      }
    },
  };
}

/** The form of a parameter's name or ARN: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
const PARAMETER = /^[\w.\-/:]{1,2048}$/;

/** The form of a secret's name or ARN: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const SECRET = /^[\w/+=.@:-]{1,2048}$/;

/** The form of a Consul token. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The variables that are set of those that can give a secret. */
export function waysGiven(get: SettingsReader['get'], variable: string): readonly string[] {
  return [variable, `${variable}_SSM`, `${variable}_SECRET`].filter((name) => get(name) !== undefined);
}

/**
 * Reads a setting that may be given directly (`NAME`), from SSM Parameter Store (`NAME_SSM`: a parameter's name or
 * ARN) or from Secrets Manager (`NAME_SECRET`: a secret's name or ARN, with `#key` behind it for one value of a JSON
 * object).
 *
 * @param direct turns the value of `NAME` into the text.
 */
export function readSecret(
  { get, problem }: SettingsReader,
  variable: string,
  direct: (value: string) => string | undefined,
): SecretSetting | undefined {
  const given = waysGiven(get, variable);
  if (given.length > 1) {
    return problem(
      `${given.slice(0, -1).join(', ')} and ${given.at(-1)} are set together: keep one of them.`,
    );
  }
  const [name] = given;
  const value = name === undefined ? undefined : get(name);
  if (name === undefined || value === undefined) return undefined;
  if (name === variable) {
    const text = direct(value);
    return text === undefined ? undefined : { text };
  }
  if (UUID.test(value)) {
    return problem(`${name} is not a name but looks like a token itself: give the name of what holds it.`);
  }
  if (name.endsWith('_SSM')) {
    if (PARAMETER.test(value)) return { reference: { store: 'ssm', name: value, variable: name } };
    return problem(
      `${name} is not the name or ARN of a parameter in SSM Parameter Store, for example /consul/rdsproxy-token.`,
    );
  }
  const [secret = '', key, ...more] = value.split('#');
  if (SECRET.test(secret) && key !== '' && more.length === 0) {
    return { reference: defined({ store: 'secrets-manager' as const, name: secret, variable: name, key }) };
  }
  return problem(
    `${name} is not the name or ARN of a secret in Secrets Manager, for example consul/rdsproxy-token, or consul/rdsproxy#token for one value of a JSON object.`,
  );
}
