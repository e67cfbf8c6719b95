import { redacted, type Secret } from './redact.ts';

/**
 * What an answer's bytes say, without the secrets that were sent: a JSON value if that is what they are, otherwise the
 * text; nothing if there are none.
 *
 * @param type of the content, by which a text that happens to be JSON is still a text; JSON is tried if it is absent.
 */
export function decodedBody(
  bytes: Buffer | undefined,
  secrets: readonly Secret[],
  type = 'application/json',
): unknown {
  if (!bytes || bytes.length === 0) return undefined;
  const text = redacted(bytes.toString('utf8'), secrets);
  if (!/^(application|text)\/json\s*(;|$)/.test(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Headers without the secrets that were sent. */
export function redactedHeaders<T extends string | readonly string[] | undefined>(
  headers: Readonly<Record<string, T>>,
  secrets: readonly Secret[],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value === undefined ? undefined : redacted(value.toString(), secrets),
    ]),
  );
}
