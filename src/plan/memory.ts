import { type Address, parseAddress } from '../domain/address.ts';

/**
 * What the guards remember of a name, in its registry record: so it outlives a window, and is the same for every writer.
 * Times are in seconds since 1970.
 */
export interface Memory {
  /** The addresses that are kept although they are not registered any more, and since when they are not. */
  readonly gone: ReadonlyMap<Address, number>;
  /** How many addresses the name had when some left it unregistered. The later, the fewer. */
  readonly peaks: readonly Peak[];
}

export interface Peak {
  readonly count: number;
  /** How many of them failed then, or have left since as they fail, less those that came. */
  readonly failed: number;
  readonly at: number;
}

export const NO_MEMORY: Memory = { gone: new Map(), peaks: [] };

/**
 * Characters of one string of a TXT value, and of all that is remembered; Route 53 takes 4,000 in a value, and the
 * registry record's own string is the rest.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
 */
const MAX_STRING = 255;
const MAX_TEXT = 3_700;

/** More than there ever are: a writer makes no more than eleven. */
const MAX_PEAKS = 16;

/**
 * Writes a memory down: fields such as `peak=8-1/1767225600` (eight, one of them failed since) and `gone=1767225600/10.0.0.1`, as strings of a TXT value.
 *
 * Of the addresses, as many are written as there is room for: 100 of IPv4, 60 of IPv6 at the least. Those that have been
 * gone the longest come first. The others are remembered as soon as these have left.
 */
export function formatMemory({ gone, peaks }: Memory): readonly string[] {
  const oldestFirst = [...gone].sort(([a, since], [b, other]) => since - other || (a < b ? -1 : 1));
  const fields = [
    ...peaks.map(({ count, failed, at }) => `peak=${count}${failed > 0 ? `-${failed}` : ''}/${at}`),
    ...oldestFirst.map(([address, since]) => `gone=${since}/${address}`),
  ];
  const strings: string[] = [];
  let length = 0;
  for (const field of fields) {
    length += field.length + 1;
    if (length > MAX_TEXT) break;
    const longer = [strings.at(-1), field].filter((part) => part !== undefined).join();
    if (strings.length > 0 && longer.length <= MAX_STRING) strings[strings.length - 1] = longer;
    else strings.push(field);
  }
  return strings;
}

/** Reads what was written down. A stranger may have written there: what has not this form is passed over. */
export function parseMemory(strings: readonly string[]): Memory {
  const gone = new Map<Address, number>();
  const peaks: Peak[] = [];
  for (const field of strings.join().split(',')) {
    const [, since, rest = ''] = /^gone=(\d{1,10})\/([\d.:a-f]{1,39})$/.exec(field) ?? [];
    const address = parseAddress(rest);
    if (address) gone.set(address, Number(since));
    const [, count, failed = 0, at] = /^peak=(\d{1,10})(?:-(\d{1,10}))?\/(\d{1,10})$/.exec(field) ?? [];
    if (at !== undefined && Number(failed) <= Number(count) && peaks.length < MAX_PEAKS)
      peaks.push({ count: Number(count), failed: Number(failed), at: Number(at) });
  }
  return { gone, peaks };
}
