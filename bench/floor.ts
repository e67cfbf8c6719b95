/**
 * The fewest calls that arithmetic allows, from Route 53's documented limits alone: nothing of the function's own code
 * takes part, so that it cannot set its own standard.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
 *
 * The floor of a reaction depends on the machine, so that it is measured: `parts/programs/bare.mjs` does nothing but what
 * must be done.
 */
const PAGE = 300;
const RECORDS_IN_A_BATCH = 1_000;
const CHARACTERS_IN_A_BATCH = 32_000;
/** The NS and SOA record sets of every zone. */
const OWN_SETS = 2;

/** What every batch holds beside the changes that it is for: the old revision and the new one. See docs/adr/0012. */
const REVISION = { records: 2, characters: 200, tokens: 2 };

/** The account's bucket of changes: what it holds, and what it gets each second. An UPSERT takes two tokens. */
const TOKENS = { full: 1_500, perSecond: 100 };

/** Tokens of what leaves a name: its DELETE, and the UPSERT that keeps another one there. See docs/adr/0006. */
const LEAVING = 3;

/** What is to be read: so many names in a zone that holds so many record sets in all, its own two aside. */
export interface Reading {
  readonly names: number;
  readonly sets: number;
}

/** The cheaper of paging through the zone and asking by name; the revision is at a name of its own. */
export function listCalls({ names, sets }: Reading): number {
  return Math.min(names + 1, Math.ceil((sets + OWN_SETS) / PAGE));
}

/** What is to be written for the first time. */
export interface Writing {
  readonly names: number;
  /** Record sets of a name: one for each address, and the one that says whose the name is. */
  readonly sets: number;
  /** Characters in all their values. */
  readonly characters: number;
}

/** Requests that hold all of it, where those of one name must not be torn apart: each name changes as a whole. */
export function wholeBatches({ names, sets, characters }: Writing): number {
  const inOne = Math.min(
    Math.floor((RECORDS_IN_A_BATCH - REVISION.records) / sets),
    Math.floor((CHARACTERS_IN_A_BATCH - REVISION.characters) / characters),
  );
  return Math.ceil(names / inOne);
}

/** Requests that take one address from each of so many names. Each counts as many records as it takes tokens. */
export function leavingBatches(names: number): number {
  return Math.ceil(names / Math.floor((RECORDS_IN_A_BATCH - REVISION.records) / LEAVING));
}

/** Seconds that the bucket of changes makes that last, if it is full at first. */
export function leavingSeconds(names: number): number {
  const tokens = names * LEAVING + leavingBatches(names) * REVISION.tokens;
  return Math.max(0, tokens - TOKENS.full) / TOKENS.perSecond;
}

/** Seconds that the bucket of changes makes a first run last, if it is full at first: a set is a CREATE, a token. */
export function fillingSeconds({ names, sets }: Pick<Writing, 'names' | 'sets'>): number {
  return Math.max(0, names * sets - TOKENS.full) / TOKENS.perSecond;
}

/**
 * Reads of Consul in one window: one at its start, and then a blocking query whenever the one before has run out.
 *
 * @param seconds of the window; `wait` is what one query waits, to which Consul adds up to a sixteenth.
 */
export function consulReads(seconds: number, wait: number): number {
  return 1 + Math.ceil(seconds / (wait * (1 + 1 / 16)));
}
