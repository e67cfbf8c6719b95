import { type Block, blockOf } from './block.ts';
import type { Cidr } from './cidr.ts';

/** Addresses that are no host of one's own, and what they are: the words after "is". */
export interface SpecialRange {
  readonly kind: string;
  readonly range: Block;
}

const TEST = 'an address for documentation';
const LAB = 'an address for benchmarks';
const AS112 = 'an address of the AS112 service';
const PROTOCOL = 'an address that a protocol assigns';
const EMBEDDED = 'an IPv6 address with an IPv4 address in it';
const MULTICAST = 'a multicast address';
const LINK_LOCAL = 'a link-local address';
const LOOPBACK = 'a loopback address';

/**
 * IANA's registries, but for the private ranges, for which this tool is:
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 *
 * And beside them multicast (https://www.rfc-editor.org/rfc/rfc5771, https://www.rfc-editor.org/rfc/rfc4291), what was
 * in use before (IPv4-compatible and site-local addresses: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5,
 * https://www.rfc-editor.org/rfc/rfc3879; IPv4-translated ones: https://www.rfc-editor.org/rfc/rfc2765), and the range
 * in which AWS has its own services on each host, such as the instance metadata at fd00:ec2::254:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 *
 * One range may lie in another; the inner one comes first, as its words are the more exact.
 */
const RANGES: readonly (readonly [kind: string, block: string])[] = [
  ['an unspecified address', '0.0.0.0/8'],
  [LOOPBACK, '127.0.0.0/8'],
  [LINK_LOCAL, '169.254.0.0/16'],
  [PROTOCOL, '192.0.0.0/24'],
  [TEST, '192.0.2.0/24'],
  [AS112, '192.31.196.0/24'],
  ['an address of a multicast relay', '192.52.193.0/24'],
  ['an address of a 6to4 relay', '192.88.99.0/24'],
  [AS112, '192.175.48.0/24'],
  [LAB, '198.18.0.0/15'],
  [TEST, '198.51.100.0/24'],
  [TEST, '203.0.113.0/24'],
  [MULTICAST, '224.0.0.0/4'],
  ['the broadcast address', '255.255.255.255/32'],
  ['a reserved address', '240.0.0.0/4'],

  ['an unspecified address', '::/128'],
  [LOOPBACK, '::1/128'],
  [EMBEDDED, '::/96'],
  [EMBEDDED, '::ffff:0:0/96'],
  [EMBEDDED, '::ffff:0:0:0/96'],
  [EMBEDDED, '64:ff9b::/96'],
  [EMBEDDED, '64:ff9b:1::/48'],
  ['an address that discards all', '100::/64'],
  ['a dummy address', '100:0:0:1::/64'],
  [EMBEDDED, '2001::/32'],
  [LAB, '2001:2::/48'],
  [AS112, '2001:4:112::/48'],
  [PROTOCOL, '2001::/23'],
  [TEST, '2001:db8::/32'],
  [EMBEDDED, '2002::/16'],
  [AS112, '2620:4f:8000::/48'],
  [TEST, '3fff::/20'],
  ['a segment routing identifier', '5f00::/16'],
  ["an address of AWS's own services", 'fd00:ec2::/32'],
  [LINK_LOCAL, 'fe80::/10'],
  ['a site-local address', 'fec0::/10'],
  [MULTICAST, 'ff00::/8'],
];

export const SPECIAL_RANGES: readonly SpecialRange[] = RANGES.map(([kind, block]) => ({
  kind,
  range: blockOf(block as Cidr),
}));
