import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import { type Cidr, parseCidr } from '../../src/domain/cidr.ts';

const refusalOf = (address: string, cidrs?: readonly string[]) =>
  addressPolicy(cidrs as readonly Cidr[] | undefined).refusalOf(address as Address);

describe('parseCidr', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/8', '::/0', '::1/128'])('reads %s', (text) => {
    expect(parseCidr(text)).toBe(text);
  });

  it.each([
    '10.0.0.0',
    '10/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/008',
    'fd00::/08',
    'fd00::/129',
    'fe80::%1/10',
    '',
    '/8',
  ])('does not read %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('addressPolicy', () => {
  it.each(['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd00::1', 'fc00::1'])(
    'allows the private address %s by default',
    (address) => {
      expect(refusalOf(address)).toBeUndefined();
    },
  );

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2600::1'])('does not allow %s by default', (address) => {
    expect(refusalOf(address)).toMatch(/^is outside allowedCidrs \(10\.0\.0\.0\/8, /);
  });

  it.each([
    ['127.0.0.1', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['169.254.169.254', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['0.0.0.0', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['255.255.255.255', 'the broadcast address'],
    ['240.0.0.1', 'a reserved address'],
    ['192.0.0.170', 'an address that a protocol assigns'],
    ['192.0.2.1', 'an address for documentation'],
    ['192.175.48.6', 'an address of the AS112 service'],
    ['198.19.255.255', 'an address for benchmarks'],
    ['fd00:ec2::254', "an address of AWS's own services"],
    ['fd00:ec2:ffff::1', "an address of AWS's own services"],
    ['::a00:1', 'an IPv6 address with an IPv4 address in it'],
    ['::ffff:a00:1', 'an IPv6 address with an IPv4 address in it'],
    ['::ffff:0:a9fe:a9fe', 'an IPv6 address with an IPv4 address in it'],
    ['64:ff9b::a9fe:a9fe', 'an IPv6 address with an IPv4 address in it'],
    ['64:ff9b:1::a00:1', 'an IPv6 address with an IPv4 address in it'],
    ['2001:0:1::1', 'an IPv6 address with an IPv4 address in it'],
    ['2002:a9fe:a9fe::1', 'an IPv6 address with an IPv4 address in it'],
    ['2001:20::1', 'an address that a protocol assigns'],
    ['2001:db8::1', 'an address for documentation'],
    ['3fff:fff::1', 'an address for documentation'],
    ['100::1', 'an address that discards all'],
    ['5f00::1', 'a segment routing identifier'],
    ['fec0::1', 'a site-local address'],
  ])('allows %s, %s, neither by default nor as "any address"', (address, kind) => {
    const refusal = `is ${kind}, which is published only if allowedCidrs names its range`;
    expect(refusalOf(address)).toBe(refusal);
    expect(refusalOf(address, ['0.0.0.0/0', '::/0'])).toBe(refusal);
  });

  it.each([
    ['127.0.0.1', '127.0.0.0/8'],
    ['127.0.0.1', '127.0.0.1/32'],
    ['169.254.10.1', '169.254.10.0/24'],
    ['::1', '::1/128'],
    ['fe80::1', 'fe80::/10'],
    ['fd00:ec2::254', 'fd00:ec2::254/128'],
    ['64:ff9b::a00:1', '64:ff9b::a00:0/104'],
    // Inside of two ranges, and named by a block in the inner one.
    ['2001:0:1::1', '2001::/32'],
  ])('allows the special address %s when %s names it on purpose', (address, block) => {
    expect(refusalOf(address, [block])).toBeUndefined();
  });

  it('keeps to the named part of a special range', () => {
    expect(refusalOf('169.254.169.254', ['169.254.10.0/24'])).toMatch(/link-local/);
    // The outer range of two is named, and not the inner one.
    expect(refusalOf('2001:0:1::1', ['2001::/23'])).toMatch(/IPv4 address in it/);
    expect(refusalOf('fd00:ec2::254', ['fd00::/16'])).toMatch(/AWS/);
  });

  it.each(['192.0.1.1', '198.17.255.255', '239.255.255.255', 'fd00:ec1::1', 'fd00:ec3::1', '2001:200::1'])(
    'leaves the neighbour %s of a special range alone',
    (address) => {
      const blocks = ['0.0.0.0/0', '::/0', '224.0.0.0/4', 'fc00::/7'];
      expect(refusalOf(address, blocks)).toBeUndefined();
    },
  );

  it('replaces the private ranges by the given blocks', () => {
    expect(refusalOf('8.8.8.8', ['8.8.8.0/24'])).toBeUndefined();
    expect(refusalOf('10.0.0.1', ['8.8.8.0/24'])).toBe('is outside allowedCidrs (8.8.8.0/24)');
  });

  it('does not let an IPv4 block speak for IPv6', () => {
    expect(refusalOf('2600::1', ['0.0.0.0/0'])).toMatch(/outside/);
  });
});
