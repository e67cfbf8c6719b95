import { isIPv4 } from 'node:net';
import type { Cidr } from './cidr.ts';

/**
 * A block of addresses as numbers. Node's own `BlockList` is one native object for each block and makes another for
 * each address that it looks at: a thousand records took a hundred megabytes of them.
 */
export interface Block {
  /** Of an address of its family: 32 or 128. */
  readonly bits: 32 | 128;
  /** How many of them are left open. */
  readonly open: bigint;
  /** The fixed bits, as a number of their own. */
  readonly fixed: bigint;
}

export function blockOf(cidr: Cidr): Block {
  const [network = '', prefix] = cidr.split('/');
  const { bits, value } = numberOf(network);
  const open = BigInt(bits - Number(prefix));
  return { bits, open, fixed: value >> open };
}

/** An address as a number, so that it is read once and looked for in many blocks. */
export interface AddressNumber {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export function contains(block: Block, { bits, value }: AddressNumber): boolean {
  return bits === block.bits && value >> block.open === block.fixed;
}

/** Whether every address of one block lies in the other. */
export function isWithin(inner: Block, outer: Block): boolean {
  return (
    inner.bits === outer.bits &&
    inner.open <= outer.open &&
    inner.fixed >> (outer.open - inner.open) === outer.fixed
  );
}

/** @param address an `Address`, or what `isIPv4` or `isIPv6` has found to be one, without a zone. */
export function numberOf(address: string): AddressNumber {
  if (isIPv4(address)) return { bits: 32, value: fromGroups(address.split('.').map(Number), 8n) };
  // The last two groups may be written as an IPv4 address: https://www.rfc-editor.org/rfc/rfc4291#section-2.2
  const text = address.replace(/\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail] = text.split('::').map(hexGroups);
  const zeros = Array.from({ length: tail ? 8 - head.length - tail.length : 0 }, () => 0);
  return { bits: 128, value: fromGroups([...head, ...zeros, ...(tail ?? [])], 16n) };
}

function hexGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function fromGroups(groups: readonly number[], width: bigint): bigint {
  return groups.reduce((value, group) => (value << width) | BigInt(group), 0n);
}
