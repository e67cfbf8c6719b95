import { isIPv4, isIPv6 } from 'node:net';

declare const cidr: unique symbol;

/** A block of addresses in CIDR notation, `address/prefix`. */
export type Cidr = string & { readonly [cidr]: true };

/** Reads a block such as `10.0.0.0/8` or `fd00::/8`; `undefined` when it is not one, or has a prefix such as `/08`. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  if (!match) return undefined;
  const [, address = '', prefix = ''] = match;
  const longest = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : -1;
  return Number(prefix) <= longest ? (text as Cidr) : undefined;
}
