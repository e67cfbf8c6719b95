import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { tokenBucket } from '../../src/pacing/token-bucket.ts';
import type { HealthSource } from '../../src/ports.ts';
import { update } from '../../src/reconcile/update.ts';
import { PASS_RATE, type WatchPass, watch } from '../../src/reconcile/window.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { recordSetting } from './records.ts';
import { type ScriptedSource, type ScriptedStore, scriptedSource, scriptedStore } from './scripted.ts';

/** A watch window on a fake clock, over a Consul and a zone in memory. */
export interface ScriptedWindow {
  readonly clock: FakeClock;
  readonly source: ScriptedSource;
  readonly store: ScriptedStore;
  /** Each pass of the window, and when it was over. */
  readonly passes: (WatchPass & { readonly at: number })[];
  /** Settles when the window is over. */
  readonly done: Promise<void>;
  /** When the window was over, in milliseconds since it was opened. */
  readonly endedAt: () => number | undefined;
  /** Aborts when there is no more time at all. */
  readonly deadline: AbortController;
  /** Ends the window early. */
  readonly end: AbortController;
}

export interface WindowOptions {
  readonly instances?: readonly Instance[];
  readonly records?: readonly RecordSetting[];
  /** Milliseconds. */
  readonly length?: number;
  /** Milliseconds that a change takes at Route 53. */
  readonly latency?: number;
  /** What is to happen before the first pass. */
  readonly before?: (window: Pick<ScriptedWindow, 'clock' | 'source' | 'store'>) => void;
  /** What the window watches in place of the scripted source; called right before it opens. */
  readonly watched?: (source: ScriptedSource, deadline: AbortController) => HealthSource;
}

/** Makes the first pass, and opens the window at time 0 of the counts. */
export async function openWindow({
  instances = [],
  records = [recordSetting()],
  length = 50_000,
  latency = 0,
  before,
  watched = (source) => source,
}: WindowOptions): Promise<ScriptedWindow> {
  const clock = fakeClock();
  const source = scriptedSource(clock);
  const store = scriptedStore(clock, latency);
  const deadline = new AbortController();
  const end = new AbortController();
  for (const service of new Set(records.map((record) => record.query.service)))
    source.set(instances, service);
  before?.({ clock, source, store });
  const options = { action: 'apply', force: false, signal: deadline.signal } as const;
  const updating = update(records, { source, store }, options);
  await clock.advance(latency);
  const first = await updating;
  store.calls.length = 0;
  source.reads.length = 0;

  const passes: (WatchPass & { at: number })[] = [];
  const openedAt = clock.now();
  let endedAt: number | undefined;
  const done = watch(records, { source: watched(source, deadline), store }, first, {
    length,
    signal: deadline.signal,
    windowEnd: end.signal,
    rate: tokenBucket(PASS_RATE),
    clock,
    random: () => 0.5,
    onPass: (pass) => void passes.push({ ...pass, at: clock.now() }),
  }).finally(() => {
    endedAt = clock.now() - openedAt;
  });
  // Whoever opened the window looks at its end; until then a rejection is not "unhandled".
  done.catch(() => undefined);
  await clock.advance(0);
  return { clock, source, store, passes, done, endedAt: () => endedAt, deadline, end };
}
