/** What was sent in a request and must not come out of its answer. */
export interface Secret {
  readonly text: string;
  /** What to say in its place. */
  readonly name: string;
}

/** The token of a request as a secret; none where there is no token. */
export function tokenSecret(token: string | undefined): readonly Secret[] {
  return token === undefined ? [] : [{ text: token, name: 'the token' }];
}

/**
 * A text without the secrets that were sent: a proxy between us and Consul may repeat them. It comes before anything is
 * decoded or cut, since a secret that was cut would not be found any more.
 *
 * @param text as it was received: in JSON, a secret's characters may be escaped. https://www.rfc-editor.org/rfc/rfc8259#section-7
 */
export function redacted(text: string, secrets: readonly Secret[]): string {
  // Nothing is escaped without a backslash, and a header hardly ever has one.
  const isEscaped = text.includes('\\');
  return secrets.reduce(
    (clean, { text: secret, name }) =>
      clean.replaceAll(isEscaped ? formOf(secret) : secret, () => `(${name})`),
    text,
  );
}

/** A secret with each of its characters as it is, behind a backslash, or by its number. */
function formOf(secret: string): RegExp {
  const characters = [...secret].map((character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(4, '0');
    const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\?${character.replace(/\W/g, '\\$&')}|\\\\u${digits})`;
  });
  return new RegExp(characters.join(''), 'g');
}
