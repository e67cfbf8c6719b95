import type { Limiter } from '../pacing/limiter.ts';
import type { Route53Budget } from '../pacing/route53-budget.ts';
import type { Clock, HealthSource, RecordStore } from '../ports.ts';
import type { Pass } from './pass.ts';

/** What the loop needs from outside. */
export interface ReconcilePorts {
  readonly source: HealthSource;
  readonly store: RecordStore;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Makes a text that no other writer makes. */
  readonly nonce: () => string;
  /** What all zones of the account share. */
  readonly budget: Route53Budget;
  readonly reads: Limiter;
}

export interface ReconcileOptions {
  /** `plan`: nothing is written. */
  readonly action: 'apply' | 'plan';
  /** Overrides the guard `vanished`. */
  readonly force: boolean;
  /** How long to watch, in milliseconds, and until each record was decided once; 0 for no longer than that. */
  readonly length: number;
  /** Aborts when so little time is left that the run must report. */
  readonly signal: AbortSignal;
  /** Ends the window early when it aborts, as if its time were over. */
  readonly windowEnd?: AbortSignal | undefined;
  readonly onPass: (pass: Pass) => void;
}
