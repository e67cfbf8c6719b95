import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listed, printable } from '../../src/domain/printable.ts';
import { codePoint } from '../support/code-point.ts';

describe('printable', () => {
  it.each<[string, string, string]>([
    ['a terminal escape', 'a\u001b[31mb', 'a?[31mb'],
    ['line breaks', 'a\r\nb\u0085c\u2028d\u2029e', 'a??b?c?d?e'],
    ['C1 controls', 'a\u009b2Jb', 'a?2Jb'],
    ['bidirectional controls', 'a\u202eb\u2066c\u200fd\u061ce', 'a?b?c?d?e'],
    ['what shows nothing', 'a\u200bb\u3164c\u{e0041}d\ufeffe', 'a?b?c?d?e'],
    ['halves of characters', 'a\ud83db\udc80', 'a?b?'],
    ['many blanks', `a${' '.repeat(80)}b\u3000\u00a0c`, 'a b c'],
    ['not two blanks', 'in  10.0.0.1', 'in  10.0.0.1'],
    ['nothing else', '"ünïcode" \u{1f480} 漢字', '"ünïcode" \u{1f480} 漢字'],
  ])('takes out %s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('cuts to whole characters, and says so', () => {
    expect(printable('x'.repeat(1_000))).toHaveLength(253);
    expect(printable('\u{1f480}'.repeat(5), 3)).toBe('\u{1f480}\u{1f480}…');
    expect(printable('\u{1f480}'.repeat(3), 3)).toBe('\u{1f480}'.repeat(3));
    expect(printable(`${' '.repeat(1_000)}x`, 10)).toBe(' …');
  });

  it('leaves nothing of any text that is not printable or too long, and what it has made as it is', () => {
    const texts = fc.array(fc.oneof(fc.string({ unit: codePoint }), fc.constantFrom('\ud800', '\n', '  ')));
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 40 }), (parts, most) => {
        const clean = printable(parts.join(''), most);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect([...clean].length).toBeLessThanOrEqual(most);
        expect(printable(clean, most)).toBe(clean);
      }),
    );
  });
});

it('lists the first entries and counts the others', () => {
  expect(listed(['a', 'b', 'c'])).toBe('a; b; c');
  expect(listed(['a', 'b', 'c'], ', ', 2)).toBe('a, b, and 1 more');
});
