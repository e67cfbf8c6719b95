import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, parseAddress } from '../../src/domain/address.ts';
import { blockOf, contains, isWithin, numberOf } from '../../src/domain/block.ts';
import { type Cidr, parseCidr } from '../../src/domain/cidr.ts';

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is no block`);
  return parsed;
};

/** Few bits that differ, so that blocks and addresses often meet; addresses with and without `::`. */
const ipv4 = fc
  .tuple(...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 10, 127, 128, 255)))
  .map((bytes) => bytes.join('.'));
const ipv6 = fc
  .array(fc.constantFrom('0', '1', 'fe80', 'ffff', '0a00'), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(':'));
const address = fc
  .oneof(ipv4, ipv6)
  .map(parseAddress)
  .filter((parsed): parsed is Address => parsed !== undefined);
const block = fc.oneof(
  fc.tuple(ipv4, fc.nat(32)).map(([network, prefix]) => cidr(`${network}/${prefix}`)),
  fc.tuple(ipv6, fc.nat(128)).map(([network, prefix]) => cidr(`${network}/${prefix}`)),
);
const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');

describe('a block', () => {
  it("contains what Node's own list says it contains", () => {
    let inside = 0;
    fc.assert(
      fc.property(block, address, (text, candidate) => {
        const [network = '', prefix] = text.split('/');
        // Node takes an IPv4 address for an IPv6 one in disguise; here the families are apart.
        const list = new BlockList();
        list.addSubnet(network, Number(prefix), family(network));
        const expected = family(network) === family(candidate) && list.check(candidate, family(candidate));
        if (expected) inside++;
        expect(contains(blockOf(text), numberOf(candidate))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(inside).toBeGreaterThan(100);
  });

  it.each([
    ['::ffff:10.0.0.0/104', '::ffff:0a00:0000/104'],
    ['::/0', '0:0:0:0:0:0:0:0/0'],
    ['fd00::1:0/112', 'fd00:0:0:0:0:0:1:0/112'],
  ])('%s is the same as %s', (left, right) => {
    expect(blockOf(cidr(left))).toEqual(blockOf(cidr(right)));
  });

  it.each([
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.1.0.0/16', false],
    ['11.0.0.0/16', '10.0.0.0/8', false],
    ['0.0.0.0/0', '::/0', false],
    ['fe80:1::/32', 'fe80::/10', true],
  ])('%s within %s: %s', (inner, outer, expected) => {
    expect(isWithin(blockOf(cidr(inner)), blockOf(cidr(outer)))).toBe(expected);
  });
});
