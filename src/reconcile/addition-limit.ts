import type { Address } from '../domain/address.ts';
import type { RecordName } from '../domain/record-name.ts';
import { type Rate, type TokenBucket, tokenBucket } from '../pacing/token-bucket.ts';

/**
 * How often one address may be added to one record. An instance that comes and goes costs two requests each time, of
 * an API whose limit the whole account shares: with this it can use up Route 53's bucket of 50 once in a window, and
 * then takes two requests a second at most.
 */
const ADDITION_RATE: Rate = { burst: 25, every: 1_000 };

/** Limits how often an address is added; a removal is never delayed. One for each watch window. */
export interface AdditionLimit {
  /** Notes that an address was added. `now` in milliseconds. */
  added(name: RecordName, address: Address, now: number): void;
  /** The addresses of a record that may not be added yet, and when the first of them may (milliseconds of `now`; `now`
   * itself if none has to wait any more). */
  delayed(
    name: RecordName,
    now: number,
  ): { readonly addresses: ReadonlySet<Address>; readonly until: number };
}

/** A token bucket for each address of each record. */
export function additionLimit(rate: Rate = ADDITION_RATE): AdditionLimit {
  const records = new Map<RecordName, Map<Address, TokenBucket>>();
  return {
    added(name, address, now) {
      const buckets = records.get(name) ?? new Map<Address, TokenBucket>();
      const bucket = buckets.get(address) ?? tokenBucket(rate);
      records.set(name, buckets.set(address, bucket));
      bucket.take(now);
    },
    delayed(name, now) {
      const waiting = [...(records.get(name) ?? [])]
        .map(([address, bucket]) => ({ address, readyAt: bucket.readyAt(now) }))
        .filter(({ readyAt }) => readyAt > now);
      return {
        addresses: new Set(waiting.map(({ address }) => address)),
        until: waiting.length > 0 ? Math.min(...waiting.map(({ readyAt }) => readyAt)) : now,
      };
    },
  };
}
