import type { Address } from './address.ts';
import { type Block, blockOf, contains, isWithin } from './block.ts';
import type { Cidr } from './cidr.ts';

/** Private address space: RFC 1918, RFC 6598 (shared, used by some VPCs) and RFC 4193 (IPv6). */
export const PRIVATE_CIDRS: readonly Cidr[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].map((text) => text as Cidr);

/** Addresses that mean something else on every host, so that a record with one would mislead its clients. */
const SPECIAL_RANGES: readonly { readonly kind: string; readonly range: Block }[] = (
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
).map(([kind, block]) => ({ kind, range: blockOf(block as Cidr) }));

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
  const blocks = allowed.map(blockOf);
  const special = SPECIAL_RANGES.map(({ kind, range }) => ({
    kind,
    range,
    named: blocks.filter((block) => isWithin(block, range)),
  }));
  return {
    refusalOf(address) {
      const found = special.find(({ range }) => contains(range, address));
      if (found && !found.named.some((block) => contains(block, address))) {
        return `is ${found.kind}, which is published only if allowedCidrs names its range`;
      }
      if (blocks.some((block) => contains(block, address))) return undefined;
      return `is outside allowedCidrs (${allowed.join(', ')})`;
    },
  };
}
