import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { limiter } from '../../src/pacing/limiter.ts';
import { type Route53Budget, route53Budget } from '../../src/pacing/route53-budget.ts';
import type { Decision } from '../../src/plan/decide.ts';
import { revisionSet } from '../../src/plan/ownership.ts';
import type { HealthSource } from '../../src/ports.ts';
import type { Pass } from '../../src/reconcile/pass.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { recordSetting, ZONE } from './records.ts';
import { held, type ScriptedSource, type ScriptedStore, scriptedSource, scriptedStore } from './scripted.ts';

/** The loop of one zone on a fake clock, over a Consul and a zone in memory. */
export interface ScriptedLoop {
  readonly clock: FakeClock;
  readonly source: ScriptedSource;
  readonly store: ScriptedStore;
  /** Each pass since it was settled, and when it was over. */
  readonly passes: (Pass & { readonly at: number })[];
  /** When each request to change something was made since then, in milliseconds since the window was opened. */
  readonly applied: () => readonly number[];
  /** Settles when the loop is over. */
  readonly done: Promise<void>;
  /** When it was over, in milliseconds since it was opened. */
  readonly endedAt: () => number | undefined;
  /** Aborts when there is no more time at all. */
  readonly deadline: AbortController;
  /** Ends the window early. */
  readonly end: AbortController;
}

export interface LoopOptions {
  /** What each service has at first. */
  readonly instances?: readonly Instance[];
  readonly records?: readonly RecordSetting[];
  readonly action?: 'apply' | 'plan';
  readonly force?: boolean;
  /** Milliseconds of the window. */
  readonly length?: number;
  /** Milliseconds that a change takes at Route 53. */
  readonly latency?: number;
  readonly budget?: Route53Budget;
  /** What the zone holds at first. */
  readonly sets?: readonly RecordSet[];
  /** What is to happen before it is started. */
  readonly before?: (loop: Pick<ScriptedLoop, 'clock' | 'source' | 'store' | 'deadline' | 'end'>) => void;
  /** What the loop reads in place of the scripted source. */
  readonly watched?: (source: ScriptedSource, clock: FakeClock) => HealthSource;
}

/** Starts a loop at time 0, and lets it do what takes no time. */
export async function startLoop({
  instances = [],
  records = [recordSetting()],
  action = 'apply',
  force = false,
  length = 50_000,
  latency = 0,
  budget = route53Budget(),
  sets = [],
  before,
  watched = (source) => source,
}: LoopOptions): Promise<ScriptedLoop> {
  const clock = fakeClock();
  const source = scriptedSource(clock);
  const store = scriptedStore(clock, latency);
  const deadline = new AbortController();
  const end = new AbortController();
  for (const service of new Set(records.map((record) => record.query.service)))
    source.set(instances, service);
  store.sets = sets;
  before?.({ clock, source, store, deadline, end });
  const passes: (Pass & { at: number })[] = [];
  let endedAt: number | undefined;
  let count = 0;
  const ports = {
    source: watched(source, clock),
    store,
    clock,
    random: () => 0.5,
    nonce: () => `nonce${++count}`,
  };
  const done = reconcile(
    records,
    { ...ports, budget, reads: limiter(32) },
    {
      ...{ action, force, length, signal: deadline.signal, windowEnd: end.signal },
      onPass: (pass) => void passes.push({ ...pass, at: clock.now() }),
    },
  ).finally(() => {
    endedAt = clock.now();
  });
  // Whoever started the loop looks at its end; until then a rejection is not "unhandled".
  done.catch(() => undefined);
  const applied = () => store.calls.flatMap(({ kind, at }) => (kind === 'apply' ? [at] : []));
  await clock.advance(0);
  return { clock, source, store, passes, applied, done, endedAt: () => endedAt, deadline, end };
}

/** Milliseconds after which a settled loop has nothing to do, and the next news come alone. */
const SETTLING = 1_000;

/** Starts a loop, and lets it publish what there is. What it did by then is forgotten; the time is 1,000. */
export async function settledLoop(options: LoopOptions): Promise<ScriptedLoop> {
  const loop = await startLoop(options);
  await loop.clock.advance(SETTLING);
  loop.store.calls.length = 0;
  loop.source.reads.length = 0;
  loop.passes.length = 0;
  return loop;
}

/** Another writer of the same owner does something in the zone. */
export function anotherWrites(
  store: ScriptedStore,
  number: number,
  change: (sets: readonly RecordSet[]) => readonly RecordSet[],
) {
  const revision = revisionSet(ZONE, 'test', number, 'another');
  store.sets = [...change(store.sets.filter(({ name }) => name !== revision.name)), revision];
}

/** The service web hangs, whatever it is asked. */
export const webHangs = (source: ScriptedSource): HealthSource => ({
  read: (query, signal, blocking) =>
    query.service === 'web' ? held(signal) : source.read(query, signal, blocking),
});

/** Why a record was not changed, or the worst that was held of it; nothing if all was well. */
export const reasonOf = ({ verdict }: Decision): string => {
  if (verdict.decision !== 'approve') return verdict.reason;
  return verdict.holds?.[0].reason ?? '';
};

/** What was said of each record, pass by pass: the reason, or that it was approved. */
export const verdicts = (passes: readonly Pass[]) =>
  passes.map(({ decisions }) => decisions.map((decision) => reasonOf(decision) || 'approve'));
