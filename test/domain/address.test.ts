import { describe, expect, it } from 'vitest';
import { parseAddress, recordTypeOf } from '../../src/domain/address.ts';

describe('parseAddress', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', 'A'],
    ['255.255.255.255', '255.255.255.255', 'A'],
    ['2001:0DB8::0001', '2001:db8::1', 'AAAA'],
    ['FD00:0:0::1', 'fd00::1', 'AAAA'],
    ['::1', '::1', 'AAAA'],
  ])('reads %s as %s, for a record set of type %s', (text, canonical, type) => {
    const address = parseAddress(text);
    expect(address).toBe(canonical);
    expect(address && recordTypeOf(address)).toBe(type);
  });

  it.each([
    ['an octal notation', '010.0.0.1'],
    ['a short notation', '10.1'],
    ['a decimal number', '167772161'],
    ['a number out of range', '256.0.0.1'],
    ['a host name', 'db.corp.internal'],
    ['nothing', ''],
    ['a trailing space', '10.0.0.1 '],
    ['a port', '10.0.0.1:3306'],
    ['a zone index', 'fe80::1%eth0'],
    ['IPv4 dressed as IPv6', '::ffff:10.0.0.1'],
    ['IPv4 dressed as IPv6 in hexadecimal', '::ffff:a00:1'],
    ['brackets', '[::1]'],
  ])('does not read %s: %j', (_, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});
