import { setMaxListeners } from 'node:events';
import { byZone } from '../domain/by-zone.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { PassTrigger } from '../domain/trigger.ts';
import { tokenBucket } from '../pacing/token-bucket.ts';
import type { Clock, HealthSource, RecordStore } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import type { PassOptions } from './pass.ts';
import { update } from './update.ts';
import { PASS_RATE, type WatchPass, watch } from './window.ts';

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
}

/** A pass that ended. */
export interface RunPass extends Omit<WatchPass, 'wokenBy'> {
  readonly zoneId: string;
  readonly wokenBy: readonly PassTrigger[];
}

/** Milliseconds that a run leaves for its report. */
export const REPORT_RESERVE = 1_000;

/** Milliseconds that a watch window leaves for a last change. */
const LAST_WRITE_RESERVE = 4_000;

/**
 * Milliseconds after the end of the windows in which one zone's last change may keep the others from the next
 * invocation. As deployed, the windows end a second before it; see docs/adr/0007.
 */
const STRAGGLER_GRACE = 800;

/**
 * One pass over each zone, and the watch window after it where the settings and the time that is left have one. The
 * zones go side by side and wait for nothing of each other's; see docs/adr/0008.
 *
 * @param signal aborts when only the time for the report is left.
 * @param onPass called at the end of each pass.
 */
export async function run(
  { settings, source, storeOf, clock, random }: Parts,
  { action, force }: Pick<PassOptions, 'action' | 'force'>,
  context: InvocationContext,
  signal: AbortSignal,
  onPass: (pass: RunPass) => void,
): Promise<void> {
  const { records, watchSeconds } = settings;
  const zones = [...byZone(records)];
  const rate = tokenBucket(PASS_RATE);
  const windows = windowsOf(zones.length, watchSeconds * 1_000, context, signal, clock);

  async function runZone(zoneId: string, own: readonly RecordSetting[]): Promise<void> {
    const ports = { source, store: storeOf(zoneId) };
    const first = await update(own, ports, { action, force, signal: windows.signal });
    onPass({ zoneId, wokenBy: ['invocation'], decisions: first.decisions });
    // An operator who plans or forces waits for the result of this one pass.
    const length = action === 'apply' && !force ? windows.open() : 0;
    if (length <= 0) return;
    await watch(own, ports, first, {
      length,
      signal: windows.signal,
      ...(context.windowEnd && { windowEnd: context.windowEnd }),
      rate,
      clock,
      random,
      onPass: (pass) => onPass({ zoneId, ...pass }),
    });
  }

  try {
    const results = await Promise.allSettled(zones.map(([zoneId, own]) => runZone(zoneId, own)));
    // Only a bug of ours rejects. The other zones still do their work, and then it is thrown.
    const bugs = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (bugs.length > 1) throw new AggregateError(bugs, bugs.map(String).join('; '));
    if (bugs.length === 1) throw bugs[0];
  } finally {
    windows.close();
  }
}

/** The watch windows of an invocation's zones, which end together. */
interface Windows {
  /** Opens the window of a zone. @returns its length in milliseconds; none is left if it is not above 0. */
  open(): number;
  /** Aborts when there is no more time, or not for a zone that lets the others wait. */
  readonly signal: AbortSignal;
  close(): void;
}

/**
 * All windows end when that of the quickest zone does: otherwise it would close while a slow one goes on, and changes
 * in it would wait for the slow one's end. For the same reason, who is still busy a moment later is given up.
 */
function windowsOf(
  zones: number,
  length: number,
  context: InvocationContext,
  whole: AbortSignal,
  clock: Clock,
): Windows {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([whole, giveUp.signal]);
  // Every call of the run listens to it.
  setMaxListeners(0, signal);
  const closed = new AbortController();
  const giveUpIn = async (milliseconds: number) => {
    if (zones === 1) return;
    await clock.sleep(milliseconds + STRAGGLER_GRACE, closed.signal);
    if (!closed.signal.aborted) giveUp.abort();
  };
  const onEnd = () => void giveUpIn(0);
  let end: number | undefined;
  return {
    signal,
    open() {
      const now = clock.now();
      if (end === undefined) {
        const left = context.getRemainingTimeInMillis() - REPORT_RESERVE - LAST_WRITE_RESERVE;
        end = now + Math.min(length, left);
        void giveUpIn(end - now);
        context.windowEnd?.addEventListener('abort', onEnd, { once: true });
        if (context.windowEnd?.aborted) onEnd();
      }
      return end - now;
    },
    close() {
      closed.abort();
      context.windowEnd?.removeEventListener('abort', onEnd);
    },
  };
}
