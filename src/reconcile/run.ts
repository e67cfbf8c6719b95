import { setMaxListeners } from 'node:events';
import { byZone } from '../domain/by-zone.ts';
import { limiter } from '../pacing/limiter.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import type { Clock, HealthSource, RecordStore } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import type { Pass } from './pass.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

/** What is used of Lambda's context. */
export interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
  /** Ends the watch window before its time when it aborts; Lambda itself has no such thing. */
  readonly windowEnd?: AbortSignal;
}

/** What a run works with. */
export interface Parts {
  readonly settings: Pick<Settings, 'records' | 'watchSeconds'>;
  readonly source: HealthSource;
  /** The hosted zone of that ID; each has a store of its own. */
  readonly storeOf: (zoneId: string) => RecordStore;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Makes a text that no other writer makes. */
  readonly nonce: () => string;
  /** Of the account that the zones are in; kept from one invocation to the next. */
  readonly budget: Route53Budget;
}

/** A pass that ended. */
export interface ZonePass extends Pass {
  readonly zoneId: string;
}

/** Milliseconds that a run leaves for its report. */
export const REPORT_RESERVE = 1_000;

/** Milliseconds that a watch window leaves for a last change. */
const LAST_WRITE_RESERVE = 4_000;

/**
 * How many services are read from Consul at once. Each read has a timeout of its own, which counts from its start: a
 * thousand begun together would wait for each other until it has run out.
 */
const MAX_READS = 32;

/**
 * Reconciles each zone, side by side: they wait for nothing of each other's. See docs/adr/0008.
 *
 * An operator who plans or forces waits for the result, so each record is then decided once.
 *
 * @param signal aborts when only the time for the report is left.
 * @param onPass called at the end of each pass.
 */
export async function run(
  { settings, storeOf, ...outside }: Parts,
  { action, force }: Pick<ReconcileOptions, 'action' | 'force'>,
  context: InvocationContext,
  signal: AbortSignal,
  onPass: (pass: ZonePass) => void,
): Promise<void> {
  // Every call of the run listens to it.
  setMaxListeners(0, signal);
  const { records, watchSeconds } = settings;
  const left = context.getRemainingTimeInMillis() - REPORT_RESERVE - LAST_WRITE_RESERVE;
  const length = action === 'plan' || force ? 0 : Math.min(watchSeconds * 1_000, left);
  const shared = { ...outside, reads: limiter(MAX_READS) };
  const zones = [...byZone(records)].map(([zoneId, own]) =>
    reconcile(
      own,
      { ...shared, store: storeOf(zoneId) },
      {
        ...{ action, force, length, signal },
        windowEnd: context.windowEnd,
        onPass: (pass) => onPass({ zoneId, ...pass }),
      },
    ),
  );
  // Only a bug of ours rejects. The other zones still do their work, and then it is thrown.
  const bugs = (await Promise.allSettled(zones)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (bugs.length > 1) throw new AggregateError(bugs, bugs.map(String).join('; '));
  if (bugs.length === 1) throw bugs[0];
}
