import type { Address } from './address.ts';
import { blockOf, contains, isWithin, numberOf } from './block.ts';
import type { Cidr } from './cidr.ts';
import { SPECIAL_RANGES } from './special-ranges.ts';

/** Private address space: RFC 1918, RFC 6598 (shared, used by some VPCs) and RFC 4193 (IPv6). */
export const PRIVATE_CIDRS: readonly Cidr[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].map((text) => text as Cidr);

/** Addresses of which a policy remembers what it said of them. */
const MAX_KNOWN = 2_000;

/** Decides which addresses a record may hold. */
export interface AddressPolicy {
  /** Why this address may not be published, as the end of a sentence that begins with the address; or `undefined`. */
  refusalOf(address: Address): string | undefined;
}

/**
 * Only addresses inside the blocks may be published.
 *
 * An address of a special range (loopback, link-local, documentation, IPv4 in disguise, AWS's own services…) needs a
 * block that lies inside that range: `127.0.0.0/8` or `169.254.10.0/24` name such addresses on purpose, while
 * `0.0.0.0/0` does not, so that "any address" never lets 169.254.169.254 in, nor the private ranges fd00:ec2::254.
 */
export function addressPolicy(allowed: readonly Cidr[] = PRIVATE_CIDRS): AddressPolicy {
  const blocks = allowed.map(blockOf);
  /** The same addresses are asked about again and again. */
  const known = new Map<Address, string | undefined>();
  return {
    refusalOf(address) {
      if (!known.has(address)) {
        if (known.size >= MAX_KNOWN) known.clear();
        known.set(address, judge(address));
      }
      return known.get(address);
    },
  };

  function judge(address: Address): string | undefined {
    const number = numberOf(address);
    const around = blocks.filter((block) => contains(block, number));
    const unnamed = SPECIAL_RANGES.find(
      ({ range }) => contains(range, number) && !around.some((block) => isWithin(block, range)),
    );
    if (unnamed) return `is ${unnamed.kind}, which is published only if allowedCidrs names its range`;
    return around.length > 0 ? undefined : `is outside allowedCidrs (${allowed.join(', ')})`;
  }
}
