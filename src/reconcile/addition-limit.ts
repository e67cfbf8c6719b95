import type { Address } from '../domain/address.ts';
import type { RecordName } from '../domain/record-name.ts';
import { type Rate, type TokenBucket, tokenBucket } from '../pacing/token-bucket.ts';
import type { Delays } from '../plan/settle.ts';

/**
 * How often one address may be added to one record, and how often anything may be done to the record but to remove failing
 * addresses. An instance that comes and goes costs two requests each time, of an API whose limit the whole account shares;
 * one that changes its address each time, or many that take turns, are each added only once.
 */
const RATES: Rates = { address: { burst: 25, every: 1_000 }, record: { burst: 15, every: 250 } };

interface Rates {
  readonly address: Rate;
  readonly record: Rate;
}

/** Limits how often a record is changed; the removal of a failing address is never delayed. One for each watch window. */
export interface AdditionLimit {
  /** Notes that addresses were added to a record, or that something was noted of it. `now` in milliseconds. */
  note(name: RecordName, added: readonly Address[], now: number): void;
  /** What must wait, and when the first of it may be done (milliseconds of `now`; `now` itself if nothing has to wait). */
  delaysOf(name: RecordName, now: number): Delays & { readonly until: number };
}

interface Buckets {
  readonly record: TokenBucket;
  readonly addresses: Map<Address, TokenBucket>;
}

/** A token bucket for each record, and one for each of its addresses. */
export function additionLimit(rates: Rates = RATES): AdditionLimit {
  const records = new Map<RecordName, Buckets>();
  return {
    note(name, added, now) {
      const known = records.get(name) ?? { record: tokenBucket(rates.record), addresses: new Map() };
      records.set(name, known);
      take(known.record, now);
      for (const address of added) {
        const bucket = known.addresses.get(address) ?? tokenBucket(rates.address);
        known.addresses.set(address, bucket);
        take(bucket, now);
      }
    },
    delaysOf(name, now) {
      const known = records.get(name);
      const recordAt = known?.record.readyAt(now) ?? now;
      const waiting = [...(known?.addresses ?? [])]
        .map(([address, bucket]) => ({ address, readyAt: bucket.readyAt(now) }))
        .filter(({ readyAt }) => readyAt > now);
      const times = [...waiting.map(({ readyAt }) => readyAt), ...(recordAt > now ? [recordAt] : [])];
      return {
        addresses: new Set(waiting.map(({ address }) => address)),
        isRecordBusy: recordAt > now,
        until: times.length > 0 ? Math.min(...times) : now,
      };
    },
  };
}

/** What could not wait does not make others wait for longer. */
function take(bucket: TokenBucket, now: number): void {
  if (bucket.readyAt(now) <= now) bucket.take(now);
}
