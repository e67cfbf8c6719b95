import { setMaxListeners } from 'node:events';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { Trigger } from '../domain/trigger.ts';
import { DeadlineError } from '../errors.ts';
import { backoff } from '../pacing/backoff.ts';
import type { TokenBucket } from '../pacing/token-bucket.ts';
import { changesOf, type Decision } from '../plan/decide.ts';
import type { Clock } from '../ports.ts';
import { type AdditionLimit, additionLimit } from './addition-limit.ts';
import { agenda, type Item } from './agenda.ts';
import { departures } from './departures.ts';
import { type Knowledge, type Ports, queriesOf, queryKey, readPublished, runPass } from './pass.ts';
import { watchService } from './service-watch.ts';
import type { Update } from './update.ts';

/**
 * How many passes may follow each other at once, and how often after that: what Route 53 allows an account (a bucket of
 * 50 requests, 10 more a second), less what others need.
 */
export const PASS_RATE = { burst: 30, every: 100 };

/** Milliseconds until a record that Route 53 failed is tried again; the SDK has tried several times by then. */
const RETRY = { base: 1_000, most: 10_000 };

/** What a pass of the window did, and why there was one. */
export interface WatchPass {
  readonly wokenBy: readonly Trigger[];
  /** Milliseconds from the arrival of Consul's answer to Route 53's accepting the change; absent without a change. */
  readonly reaction?: number;
  readonly decisions: readonly Decision[];
}

export interface WatchOptions {
  /** How long to watch, in milliseconds. */
  readonly length: number;
  /** Aborts when so little time is left that the run must report. */
  readonly signal: AbortSignal;
  /** Ends the window early when it aborts, as if its time were over. */
  readonly windowEnd?: AbortSignal;
  /**
   * Lets passes through at PASS_RATE; shared by all windows of an account. Each takes its token as soon as it has
   * something to do, and then waits for it, so that the windows have their turns in the order in which they asked.
   */
  readonly rate: TokenBucket;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly onPass: (pass: WatchPass) => void;
}

/**
 * The watch window: keeps the records equal to what Consul says until its time is over.
 *
 * It goes on from what the first pass knew, so that while nothing changes in Consul there is no call to Route 53. Each
 * change is a pass over the records concerned alone. A record that Route 53 failed is read and tried again; a service
 * that Consul failed is held. A change that arrived before the end is still applied.
 *
 * @param first the pass before the window, whose knowledge it goes on from.
 * @returns when the window is over and no request, timer or write of it is left.
 */
export async function watch(
  records: readonly RecordSetting[],
  ports: Ports,
  first: Update,
  options: WatchOptions,
): Promise<void> {
  const window = openWindow(records, ports, first, options);
  try {
    await window.run();
  } finally {
    await window.close();
  }
}

function openWindow(
  records: readonly RecordSetting[],
  { source, store }: Ports,
  first: Update,
  { length, signal, windowEnd, rate, clock, random, onPass }: WatchOptions,
) {
  let end = clock.now() + length;
  const closing = new AbortController();
  // Every service's watcher listens to it.
  setMaxListeners(0, closing.signal);
  const bell = doorbell(clock);
  const todo = agenda();
  const additions = additionLimit();
  const departed = departures();
  const failures = new Map<RecordName, number>();
  const services = new Map(first.services);
  let published = first.published;
  let crash: unknown;

  const onAbort = () => {
    closing.abort();
    bell.ring();
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  const onEnd = () => {
    end = clock.now();
    bell.ring();
  };
  if (windowEnd?.aborted) onEnd();
  windowEnd?.addEventListener('abort', onEnd);

  const concernedBy = new Map<string, RecordSetting[]>();
  for (const setting of records) {
    const key = queryKey(setting);
    const concerned = concernedBy.get(key);
    if (concerned) concerned.push(setting);
    else concernedBy.set(key, [setting]);
  }
  const watchers = [...queriesOf(records)].map(async ([key, query]) => {
    const concerned = concernedBy.get(key) ?? [];
    const last = services.get(key) ?? new DeadlineError(`reading "${query.service}"`);
    try {
      await watchService({ source, clock, random }, query, last, closing.signal, (sighting) => {
        const wasLost = services.get(key) instanceof Error;
        const news = sighting instanceof Error ? 'source-lost' : wasLost ? 'source-back' : 'change';
        services.set(key, sighting);
        for (const { name } of concerned) todo.addNews(name, news, clock.now());
        bell.ring();
      });
    } catch (error) {
      crash ??= error;
      onAbort();
    }
  });
  settle(first.decisions, () => clock.now());

  /** Notes what follows from decisions that were carried out: the next try of what failed, and of what was delayed. */
  function settle(decisions: readonly Decision[], sinceWhen: (name: RecordName) => number): void {
    const now = clock.now();
    for (const decision of decisions) {
      const { name } = decision.setting;
      const since = sinceWhen(name);
      if (isChanged(decision)) {
        noteAdditions(additions, decision, now);
        departed.note(decision);
      }
      if (decision.instances.some((instance) => instance.decision === 'delayed')) {
        todo.addLater({ name, trigger: 'addition-due', since, due: additions.delayed(name, now).until });
      }
      if (decision.verdict.decision === 'fail') {
        const count = (failures.get(name) ?? 0) + 1;
        failures.set(name, count);
        todo.addLater({ name, trigger: 'retry', since, due: now + backoff(count, RETRY, random()) });
      } else {
        failures.delete(name);
      }
    }
  }

  async function pass(items: readonly Item[]): Promise<void> {
    const names = new Set(items.map(({ name }) => name));
    const concerned = records.filter(({ name }) => names.has(name));
    const unread = [...names].filter((name) => !published.get(name)?.known);
    if (unread.length > 0)
      published = new Map([...published, ...(await readPublished(store, unread, signal))]);
    const knowledge: Knowledge = { services, published };
    const delayed = (name: RecordName) => additions.delayed(name, clock.now()).addresses;
    const result = await runPass(concerned, knowledge, store, {
      action: 'apply',
      force: false,
      signal,
      delayed,
      departed: departed.of,
    });
    published = result.published;
    const sinceWhen = (name: RecordName) => items.find((item) => item.name === name)?.since ?? clock.now();
    settle(result.decisions, sinceWhen);
    const since = result.decisions.filter(isChanged).map(({ setting }) => sinceWhen(setting.name));
    onPass({
      wokenBy: [...new Set(items.map(({ trigger }) => trigger))],
      ...(since.length > 0 && { reaction: clock.now() - Math.min(...since) }),
      decisions: result.decisions,
    });
  }

  return {
    async run(): Promise<void> {
      let turn: number | undefined;
      while (!closing.signal.aborted) {
        const now = clock.now();
        // First of all: where changes never end, the window does all the same.
        if (now >= end) break;
        if (todo.due <= now) turn ??= takeTurn(rate, now);
        const next = Math.max(todo.due, turn ?? now);
        if (next <= now) {
          turn = undefined;
          await pass(todo.take(now));
        } else {
          await bell.wait(Math.min(next, end) - now);
        }
      }
      // What arrived in the last moment is not left to the next invocation.
      const late = todo.take(clock.now());
      if (late.length > 0 && !signal.aborted) await pass(late);
    },
    async close(): Promise<void> {
      signal.removeEventListener('abort', onAbort);
      windowEnd?.removeEventListener('abort', onEnd);
      closing.abort();
      await Promise.all(watchers);
      if (crash !== undefined) throw crash;
    },
  };
}

/** When a token that is taken now is there. */
function takeTurn(rate: TokenBucket, now: number): number {
  const ready = rate.readyAt(now);
  rate.take(now);
  return ready;
}

function isChanged(decision: Decision): boolean {
  return decision.verdict.decision === 'approve' && changesOf(decision).length > 0;
}

function noteAdditions(additions: AdditionLimit, decision: Decision, now: number): void {
  for (const { desired, published } of decision.lines) {
    for (const address of desired ?? []) {
      if (!published?.includes(address)) additions.added(decision.setting.name, address, now);
    }
  }
}

/** Lets one loop sleep until something happens, or until a time is over. */
function doorbell(clock: Clock) {
  let nap = new AbortController();
  return {
    ring: () => nap.abort(),
    async wait(milliseconds: number): Promise<void> {
      if (!nap.signal.aborted) await clock.sleep(milliseconds, nap.signal);
      nap = new AbortController();
    },
  };
}
