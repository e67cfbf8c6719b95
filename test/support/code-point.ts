import fc from 'fast-check';

/** Any code point as a text. fast-check's own unit of this kind begins with a table of all of them, which takes a second. */
export const codePoint = fc.integer({ min: 0, max: 0x10_ffff }).map((code) => String.fromCodePoint(code));
