import { describe, expect, it } from 'vitest';
import { toRecord } from '../../../emulators/dns/rdata.ts';

describe('toRecord', () => {
  it.each([
    ['A', '10.0.0.1', '10.0.0.1'],
    ['CNAME', 'Target.Corp.Internal.', 'target.corp.internal'],
    ['MX', '10 mx.corp.internal.', { preference: 10, exchange: 'mx.corp.internal' }],
    ['SRV', '1 2 3306 a.corp.internal.', { priority: 1, weight: 2, port: 3306, target: 'a.corp.internal' }],
    ['CAA', '0 issue "ca.example"', { flags: 0, tag: 'issue', value: 'ca.example' }],
    ['TXT', '"a" "b \\"c\\" \\303\\244"', [Buffer.from('a'), Buffer.from('b "c" ä')]],
  ])('reads a value of type %s', (type, value, data) => {
    expect(toRecord('a.corp.internal', type, 5, value)).toEqual({
      name: 'a.corp.internal',
      type,
      ttl: 5,
      data,
    });
  });

  it.each([
    ['A', 'fd00::1'],
    ['AAAA', '10.0.0.1'],
    ['MX', 'mx.corp.internal'],
    ['SRV', '1 2 a.corp.internal'],
    ['CAA', '0 other "x"'],
    ['TXT', 'unquoted'],
    ['SPF', '"x"'],
  ])('refuses a value of type %s that cannot be sent: %s', (type, value) => {
    expect(() => toRecord('a.corp.internal', type, 5, value)).toThrow();
  });
});
