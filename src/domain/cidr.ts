import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Address } from './address.ts';

declare const cidr: unique symbol;

/** A block of addresses in CIDR notation, `address/prefix`. */
export type Cidr = string & { readonly [cidr]: true };

/** Reads a block such as `10.0.0.0/8` or `fd00::/8`; `undefined` when it is not one. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const [, address = '', prefix = ''] = match;
  const longest = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : -1;
  return Number(prefix) <= longest ? (text as Cidr) : undefined;
}

/** Private address space: RFC 1918, RFC 6598 (shared, used by some VPCs) and RFC 4193 (IPv6). */
export const PRIVATE_CIDRS: readonly Cidr[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].map((text) => text as Cidr);

/** Addresses that mean something else on every host, so that a record with one would mislead its clients. */
const SPECIAL_CIDRS: readonly { readonly kind: string; readonly block: Cidr }[] = (
  [
    ['a loopback address', '127.0.0.0/8'],
    ['a loopback address', '::1/128'],
    ['a link-local address', '169.254.0.0/16'],
    ['a link-local address', 'fe80::/10'],
    ['a multicast address', '224.0.0.0/4'],
    ['a multicast address', 'ff00::/8'],
    ['an unspecified address', '0.0.0.0/8'],
    ['an unspecified address', '::/128'],
    ['the broadcast address', '255.255.255.255/32'],
  ] as const
).map(([kind, block]) => ({ kind, block: block as Cidr }));

/** Decides which addresses a record may hold. */
export interface AddressPolicy {
  /** Why this address may not be published, as the end of a sentence that begins with the address; or `undefined`. */
  refusalOf(address: Address): string | undefined;
}

/**
 * Only addresses inside the blocks may be published.
 *
 * A special address (loopback, link-local, multicast, unspecified, broadcast) needs a block that lies inside
 * its own special range: `127.0.0.0/8` or `169.254.10.0/24` name such addresses on purpose, while `0.0.0.0/0`
 * does not, so that "any address" never lets 169.254.169.254 in.
 */
export function addressPolicy(allowed: readonly Cidr[] = PRIVATE_CIDRS): AddressPolicy {
  const allowedBlocks = blockList(allowed);
  const special = SPECIAL_CIDRS.map(({ kind, block }) => ({
    kind,
    range: blockList([block]),
    named: blockList(allowed.filter((candidate) => isWithin(candidate, block))),
  }));
  return {
    refusalOf(address) {
      const family = familyOf(address);
      const range = special.find((candidate) => candidate.range.check(address, family));
      if (range && !range.named.check(address, family)) {
        return `is ${range.kind}, which is published only if allowedCidrs names its range`;
      }
      if (allowedBlocks.check(address, family)) return undefined;
      return `is outside allowedCidrs (${allowed.join(', ')})`;
    },
  };
}

function blockList(cidrs: readonly Cidr[]): BlockList {
  const list = new BlockList();
  for (const block of cidrs) {
    const { network, prefix } = split(block);
    list.addSubnet(network, prefix, familyOf(network));
  }
  return list;
}

function isWithin(inner: Cidr, outer: Cidr): boolean {
  const { network, prefix } = split(inner);
  const around = split(outer);
  if (familyOf(network) !== familyOf(around.network)) return false;
  return prefix >= around.prefix && blockList([outer]).check(network, familyOf(network));
}

function split(block: Cidr): { network: string; prefix: number } {
  const [network = '', prefix] = block.split('/');
  return { network, prefix: Number(prefix) };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
