const MAX_LABEL = 63;
/** The limit of the wire format: each label with its length byte, and the root's. */
const MAX_NAME = 255;

/** Most names: they need no decoding, and keep to the limits if they are short enough. */
const PLAIN = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/;

/** A name with its labels, or what is wrong with it. */
export type ParsedName =
  | { readonly name: string; readonly labels: readonly string[]; readonly problem?: never }
  | { readonly problem: string; readonly name?: never; readonly labels?: never };

/**
 * Reads a domain name as Route 53 does: a trailing dot or none, letters in any case, characters as themselves
 * or as three-digit octal escapes.
 *
 * @returns the name in Route 53's own form (lower-case, trailing dot, everything but `a-z 0-9 - _` escaped) and
 *   its labels decoded; or what is wrong with it, in Route 53's words.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export function parseName(text: string): ParsedName {
  if (text === '.') return { name: '.', labels: [] };
  if (text.length < MAX_NAME - 1 && PLAIN.test(text)) {
    const labels = text.replace(/\.$/, '').split('.');
    return { name: `${labels.join('.')}.`, labels };
  }
  const labels: string[] = [];
  let label = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '.') {
      labels.push(label);
      label = '';
    } else if (character === '\\') {
      const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1))?.[0];
      if (octal === undefined) return unsupported(text);
      label += String.fromCharCode(Number.parseInt(octal, 8));
      i += octal.length;
    } else if (character > ' ' && character < '\u007f') {
      label += character;
    } else {
      return unsupported(text);
    }
  }
  // A name that ended in a dot has left nothing over.
  if (label !== '' || !text.endsWith('.')) labels.push(label);

  if (labels.includes('')) return { problem: fatal('DomainLabelEmpty', 'Domain label is empty', text) };
  const tooLong = labels.find((each) => each.length > MAX_LABEL);
  if (tooLong !== undefined)
    return { problem: fatal('DomainLabelTooLong', 'Domain label is too long', tooLong) };
  if (labels.reduce((sum, each) => sum + each.length + 1, 1) > MAX_NAME)
    return { problem: fatal('DomainNameTooLong', 'Domain name is too long', text) };
  // ASCII letters only: an escape such as \\300 is a byte, not a letter of some alphabet.
  const lower = labels.map((each) => each.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  return { name: `${lower.map(escapeLabel).join('.')}.`, labels: lower };
}

/** Whether a name is the zone's own or lies below it, by whole labels; both in one form, Route 53's own or plain. */
export function isWithin(name: string, zoneName: string): boolean {
  // The leading dot matters: xcorp.internal does not lie in corp.internal.
  return name === zoneName || name.endsWith(`.${zoneName}`);
}

function escapeLabel(label: string): string {
  return label.replace(
    /[^a-z0-9_-]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

function unsupported(text: string): ParsedName {
  return { problem: fatal('UnsupportedCharacter', 'Value contains unsupported characters', text) };
}

/** What is wrong with a name or a value, in Route 53's words. */
export function fatal(code: string, explanation: string, text: string): string {
  return `FATAL problem: ${code} (${explanation}) encountered with '${text}'`;
}
