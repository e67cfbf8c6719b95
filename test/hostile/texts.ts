import fc from 'fast-check';
import { codePoint } from '../support/code-point.ts';

/** The name of the record and of its zone. */
export const NAME = 'rdsproxy.corp.internal';
const ALLOWED = ['10.0.1.1', '10.0.1.2', '192.168.7.7', 'fd12::1'];
const FORBIDDEN = [
  '169.254.169.254',
  '127.0.0.1',
  '8.8.8.8',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  'fe80::1',
  '2001:db8::1',
];

const NASTY = [
  '\u0000',
  '\n',
  '\r',
  '\u001b[2J',
  '\u0085',
  '\u009b1A',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ud800',
  '\ufeff',
  '"',
  '<',
  '%',
  ' ',
];

/** What somebody may write where a text belongs. */
export const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 8 })), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: codePoint, maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...NASTY, 'x', '漢'), fc.integer({ min: 1, max: 300_000 }))
      .map(([part, times]) => part.repeat(times)),
  },
);
export const address = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ALLOWED) },
  { weight: 2, arbitrary: fc.constantFrom(...FORBIDDEN) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...ALLOWED, ''), text).map((parts) => parts.join('')) },
);

/** What never ends. */
export function* endless(piece: string) {
  for (;;) yield piece;
}
