import { describe, expect, it } from 'vitest';
import {
  compareInListOrder,
  isInZone,
  normalizeListedName,
  parseRecordName,
  type RecordName,
} from '../../src/domain/record-name.ts';

describe('parseRecordName', () => {
  it.each([
    ['rdsproxy.corp.internal', 'rdsproxy.corp.internal'],
    ['RDSproxy.Corp.Internal.', 'rdsproxy.corp.internal'],
    ['*.corp.internal', '*.corp.internal'],
    ['_mysql.corp.internal', '_mysql.corp.internal'],
    [`${'a'.repeat(63)}.corp`, `${'a'.repeat(63)}.corp`],
  ])('reads %s as %s', (text, name) => {
    expect(parseRecordName(text)).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['one label', 'rdsproxy'],
    ['an empty label', 'a..internal'],
    ['two trailing dots', 'a.internal..'],
    ['a label that begins with a hyphen', '-a.internal'],
    ['a label that ends with a hyphen', 'a-.internal'],
    ['a label of 64 characters', `${'a'.repeat(64)}.internal`],
    ['a name of 254 characters', `${'a.'.repeat(123)}internal`],
    ['a wildcard that is not first', 'a.*.internal'],
    ['part of a label as wildcard', 'a*.internal'],
    ['a space', 'a b.internal'],
    ['an escape', '\\052.internal'],
    ['an address', '10.0.0.1'],
    ['other scripts', 'bücher.internal'],
  ])('does not read %s', (_, text) => {
    expect(parseRecordName(text)).toBeUndefined();
  });
});

describe('normalizeListedName', () => {
  it('drops the trailing dot, the case and the escape of the wildcard', () => {
    expect(normalizeListedName('\\052.Corp.internal.')).toBe('*.corp.internal');
  });
});

describe('isInZone', () => {
  it.each([
    ['rdsproxy.corp.internal', true],
    ['a.b.corp.internal', true],
    ['corp.internal', true],
    ['xcorp.internal', false],
    ['internal', false],
    ['rdsproxy.corp.internal.example', false],
  ])('%s in corp.internal: %s', (name, expected) => {
    expect(isInZone(name as RecordName, 'corp.internal' as RecordName)).toBe(expected);
  });
});

describe('compareInListOrder', () => {
  it('orders by reversed labels in ASCII, the dots taking part', () => {
    const names = ['b.corp', 'x.a.corp', 'a-b.corp', 'corp', 'a.corp', '*.corp', '_a.corp'] as RecordName[];
    expect([...names].sort(compareInListOrder)).toEqual([
      'corp',
      '*.corp',
      '_a.corp',
      'a-b.corp',
      'a.corp',
      'x.a.corp',
      'b.corp',
    ]);
  });
});
