import type { Address } from '../domain/address.ts';
import { type Memory, NO_MEMORY, type Peak } from './memory.ts';

/** What there is to judge from. Only addresses that may be published are among them. Times in seconds since 1970. */
export interface Fleet {
  readonly published: readonly Address[];
  readonly healthy: ReadonlySet<Address>;
  /** Healthy or not. */
  readonly registered: ReadonlySet<Address>;
  readonly memory: Memory;
  readonly now: number;
  /** Since when Consul has been sound. What it said before it was not is no reason to believe what it says now. */
  readonly soundSince: number;
  /** Seconds. */
  readonly holdSeconds: number;
}

/** What is kept of the addresses that are not registered any more. */
export interface Vanished {
  readonly held: readonly Address[];
  /** How many addresses should be healthy, had none vanished within the time of the hold. */
  readonly expected: number;
  readonly memory: Memory;
  /** When this may be judged otherwise for the first time, and when all of them are believed; absent if none is held. */
  readonly until?: { readonly first: number; readonly last: number };
}

/** Seconds by which the clocks of two writers may differ. What was written later than that was not written by us. */
const SKEW = 60;

/** Peaks within this share of the time of a hold are one, so that there are never many. */
const GRAIN = 1 / 8;

/**
 * Judges addresses that are published but no longer even registered. That may be Consul's own loss (a restored backup, a
 * wrong datacenter, a token that sees less), so they are held if otherwise fewer than half would be healthy of what the
 * name had within the time of the hold, less what has left since as its checks fail, which is believed. See docs/adr/0013.
 *
 * - What the name had is a number, not a list: a rolling replacement never has fewer than half of it, and a check that
 *   flaps adds nothing to it. Only what was published and fails is taken off: what never was there cannot have left.
 * - Each address is believed once it has not been registered for the time of the hold, as Consul said, soundly, all the
 *   while. One that comes back begins anew.
 */
export function judgeVanished(fleet: Fleet): Vanished {
  const { published, healthy, registered, memory, now, soundSince, holdSeconds } = fleet;
  const known = new Map(
    published
      .filter((address) => !registered.has(address))
      .map((address) => [address, Math.max(sinceOf(memory, address, now), soundSince)]),
  );
  const doubted = new Map([...known].filter(([, since]) => now - since < holdSeconds));
  const failing = published.filter((address) => registered.has(address) && !healthy.has(address)).length;
  const there = new Set(published);
  const added = [...healthy].filter((address) => !there.has(address)).length;
  const peaks = withFailures(memory.peaks, failing - added);
  const recent = peaks.filter(({ at }) => at <= now + SKEW && now - at < holdSeconds);
  // Nothing is written for what is over.
  const keptPeaks = recent.length > 0 ? peaks : memory.peaks;
  const present = healthy.size + doubted.size;
  const expected = Math.max(present, ...recent.map(({ count, failed }) => count - failed));
  if (doubted.size > 0 && 2 * healthy.size < expected) {
    const over = [...doubted.values(), ...recent.map(({ at }) => at)].map((since) => since + holdSeconds);
    const until = { first: Math.min(...over), last: Math.max(...doubted.values()) + holdSeconds };
    return {
      held: [...doubted.keys()],
      expected,
      memory: newOrSame({ gone: doubted, peaks: keptPeaks }, memory),
      until,
    };
  }
  const count = registered.size + doubted.size;
  const left =
    doubted.size > 0 ? withPeak(recent, { count, failed: count - present, at: now }, holdSeconds) : keptPeaks;
  return { held: [], expected, memory: newOrSame({ gone: new Map(), peaks: left }, memory) };
}

/** The same peaks after so many more addresses have left as they fail, less those that came; the very same ones for none. */
function withFailures(peaks: readonly Peak[], more: number): readonly Peak[] {
  const next = peaks.map((peak) => {
    const failed = Math.max(0, Math.min(peak.count, peak.failed + more));
    return failed === peak.failed ? peak : { ...peak, failed };
  });
  return next.every((peak, index) => peak === peaks[index]) ? peaks : next;
}

/** No memory at all; the very same one if it was empty. */
export function forgetAll(memory: Memory): Memory {
  return memory.gone.size + memory.peaks.length === 0 ? memory : NO_MEMORY;
}

/** The same memory, but only of what is still kept; of what comes back, nothing is known. */
export function forgetReturned(
  memory: Memory,
  published: readonly Address[],
  registered: ReadonlySet<Address>,
): Memory {
  const gone = [...memory.gone].filter(
    ([address]) => published.includes(address) && !registered.has(address),
  );
  return newOrSame({ ...memory, gone: new Map(gone) }, memory);
}

/** @returns the very same memory where nothing is new, so that nobody writes it down again. */
function newOrSame(next: Memory, before: Memory): Memory {
  const isSame =
    next.peaks === before.peaks &&
    next.gone.size === before.gone.size &&
    [...next.gone].every(([address, since]) => before.gone.get(address) === since);
  return isSame ? before : next;
}

function sinceOf({ gone }: Memory, address: Address, now: number): number {
  const since = gone.get(address);
  return since === undefined || since > now + SKEW ? now : since;
}

function withPeak(peaks: readonly Peak[], peak: Peak, holdSeconds: number): readonly Peak[] {
  const size = ({ count, failed }: Peak) => count - failed;
  const higher = peaks.filter((other) => size(other) > size(peak));
  const last = higher.at(-1);
  const grain = ({ at }: Peak) => Math.floor(at / (holdSeconds * GRAIN));
  if (!last || grain(last) !== grain(peak)) return [...higher, peak];
  return [...higher.slice(0, -1), { ...last, at: peak.at }];
}
