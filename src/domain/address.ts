import { isIPv4, isIPv6, SocketAddress } from 'node:net';

declare const ipv4: unique symbol;
declare const ipv6: unique symbol;

/** An IPv4 address in dotted-decimal form, four numbers without leading zeros: what an A record holds. */
export type IPv4Address = string & { readonly [ipv4]: true };

/** An IPv6 address in the canonical form of RFC 5952, lower-case: what an AAAA record holds. */
export type IPv6Address = string & { readonly [ipv6]: true };

/** An address in its one canonical form, so that equal addresses are equal strings. */
export type Address = IPv4Address | IPv6Address;

/** The two types of record set that hold addresses. */
export type RecordType = 'A' | 'AAAA';

export const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA'];

/**
 * Reads an address in its strict form.
 *
 * Returns `undefined` for everything else: host names, other notations of IPv4 (`010.0.0.1`, `10.1`), IPv6
 * with a zone (`fe80::1%eth0`), and IPv4 dressed as IPv6 (`::ffff:10.0.0.1`), which would reach an IPv4
 * host past the IPv4 ranges that a setting allows.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return text as IPv4Address;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return address.includes('.') ? undefined : (address as IPv6Address);
}

/** The type of record set that holds this address. */
export function recordTypeOf(address: Address): RecordType {
  return address.includes(':') ? 'AAAA' : 'A';
}
