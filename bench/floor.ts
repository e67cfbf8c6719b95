/**
 * The fewest calls that arithmetic allows, from Route 53's documented limits alone: nothing of the function's own code
 * takes part, so that it cannot set its own standard.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
 */
const PAGE = 300;
const RECORDS_IN_A_BATCH = 1_000;
const CHARACTERS_IN_A_BATCH = 32_000;
/** An UPSERT counts twice, in records and in characters. */
const UPSERT = 2;
/** The NS and SOA record sets of every zone. */
const OWN_SETS = 2;

/** What is to be read: so many names in a zone that holds so many record sets in all, its own two aside. */
export interface Reading {
  readonly names: number;
  readonly sets: number;
}

/** The cheaper of paging through the zone and asking by name. */
export function listCalls({ names, sets }: Reading): number {
  return Math.min(names, Math.ceil((sets + OWN_SETS) / PAGE));
}

/** What is to be written for the first time. */
export interface Writing {
  readonly names: number;
  /** Addresses of a name, each a record set of its own. */
  readonly addresses: number;
  /** The length of one address, at most. */
  readonly characters: number;
}

/** Requests that hold all of it, where those of one name must not be torn apart: each name changes as a whole. */
export function wholeBatches({ names, addresses, characters }: Writing): number {
  const inOne = Math.min(
    Math.floor(RECORDS_IN_A_BATCH / (UPSERT * addresses)),
    Math.floor(CHARACTERS_IN_A_BATCH / (UPSERT * addresses * characters)),
  );
  return Math.ceil(names / inOne);
}

/** Requests that hold all of it, however it is cut. */
export function batches({ names, addresses, characters }: Writing): number {
  const sets = names * addresses * UPSERT;
  return Math.max(
    Math.ceil(sets / RECORDS_IN_A_BATCH),
    Math.ceil((sets * characters) / CHARACTERS_IN_A_BATCH),
  );
}

/**
 * Reads of Consul in one window: one at its start, and then a blocking query whenever the one before has run out.
 *
 * @param seconds of the window; `wait` is what one query waits, to which Consul adds up to a sixteenth.
 */
export function consulReads(seconds: number, wait: number): number {
  return 1 + Math.ceil(seconds / (wait * (1 + 1 / 16)));
}
