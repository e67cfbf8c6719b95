import type { Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { Change, RecordSet } from '../../src/domain/record-set.ts';
import { DeadlineError, RecordStoreError, type SourceError } from '../../src/errors.ts';
import type { BlockingQuery, Clock, HealthSource, RecordStore, ServiceReading } from '../../src/ports.ts';
import { addressesIn, applyChanges, ZONE } from './records.ts';

/** One read of the scripted source. */
export interface ScriptedRead {
  readonly at: number;
  readonly service: string;
  readonly blocking: BlockingQuery | undefined;
}

/** A Consul in memory, with blocking queries, for one catalog of services. */
export interface ScriptedSource extends HealthSource {
  readonly reads: ScriptedRead[];
  /** What is registered from now on. */
  set(instances: readonly Instance[], service?: string): void;
  /** What every read meets from now on, the held ones too; `undefined` for none. */
  fail(error: Error | undefined): void;
}

export function scriptedSource(clock: Clock): ScriptedSource {
  const services = new Map<string, ServiceReading>();
  const reads: ScriptedRead[] = [];
  let error: Error | undefined;
  let index = 1;
  let waking = new AbortController();
  const wake = () => {
    waking.abort();
    waking = new AbortController();
  };
  const readingOf = (service: string): ServiceReading => services.get(service) ?? { instances: [], index };
  return {
    reads,
    set(instances, service = 'rdsproxy') {
      services.set(service, { instances, index: ++index });
      wake();
    },
    fail(next) {
      error = next;
      wake();
    },
    async read({ service }, signal, blocking) {
      reads.push({ at: clock.now(), service, blocking });
      const deadline = clock.now() + (blocking?.wait ?? 0);
      const isDue = () =>
        error || !blocking || (readingOf(service).index ?? 0) > blocking.index || clock.now() >= deadline;
      while (!isDue() && !signal.aborted)
        await clock.sleep(deadline - clock.now(), AbortSignal.any([signal, waking.signal]));
      if (signal.aborted) throw new DeadlineError(`reading "${service}"`);
      if (error) throw error;
      return readingOf(service);
    },
  };
}

/** A source of which each read gets the next answer; the last one stays. A function is asked for it. */
export function answeringSource(
  clock: Clock,
  ...answers: readonly (
    | ServiceReading
    | SourceError
    | ((signal: AbortSignal, blocking?: BlockingQuery) => Promise<ServiceReading>)
  )[]
): HealthSource & { readonly reads: ScriptedRead[] } {
  const reads: ScriptedRead[] = [];
  return {
    reads,
    async read({ service }, signal, blocking) {
      const answer = answers[Math.min(reads.length, answers.length - 1)];
      reads.push({ at: clock.now(), service, blocking });
      if (typeof answer === 'function') return await answer(signal, blocking);
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer is scripted');
      return answer;
    },
  };
}

/** Waits for ever, or until the signal aborts. */
export const held = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(new DeadlineError('reading'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });

/** What was asked of a hosted zone. */
export interface StoreCall {
  readonly kind: 'zone' | 'read' | 'apply';
  readonly at: number;
  /** Those that are to be made. */
  readonly changes?: readonly Change[];
  /** Those that are read. */
  readonly names?: readonly RecordName[];
}

/** A hosted zone in memory, and what was asked of it. */
export interface ScriptedStore extends RecordStore {
  readonly calls: StoreCall[];
  /** Every set of the zone, as somebody else may change it, too. */
  sets: readonly RecordSet[];
  /** All the addresses in the zone, sorted. */
  published(): readonly string[];
  /** What the next call of a kind meets, before (or, with `late`, after) it is carried out. */
  fail(kind: 'read' | 'apply', error: Error, how?: 'late'): void;
  /** Does something once, right before the next change is carried out. */
  beforeApply(act: () => void): void;
}

/** @param latency milliseconds that a change takes. */
export function scriptedStore(clock: Clock, latency = 0): ScriptedStore {
  const calls: StoreCall[] = [];
  const faults: { kind: 'read' | 'apply'; error: Error; how: 'late' | undefined }[] = [];
  const acts: (() => void)[] = [];
  const strike = (kind: 'read' | 'apply') => {
    const index = faults.findIndex((fault) => fault.kind === kind);
    return index < 0 ? undefined : faults.splice(index, 1)[0];
  };
  const store: ScriptedStore = {
    calls,
    sets: [],
    published: () => addressesIn(store.sets),
    fail: (kind, error, how) => void faults.push({ kind, error, how }),
    beforeApply: (act) => void acts.push(act),
    async zone() {
      calls.push({ kind: 'zone', at: clock.now() });
      return ZONE;
    },
    async read(names: readonly RecordName[]) {
      calls.push({ kind: 'read', at: clock.now(), names });
      const fault = strike('read');
      if (fault) throw fault.error;
      return new Map(names.map((name) => [name, store.sets.filter((set) => set.name === name)]));
    },
    async apply(changes, signal) {
      calls.push({ kind: 'apply', at: clock.now(), changes });
      if (latency > 0) await clock.sleep(latency, signal);
      if (signal.aborted) throw new DeadlineError('changing the records');
      acts.shift()?.();
      const fault = strike('apply');
      if (fault && fault.how !== 'late') throw fault.error;
      store.sets = carriedOut(store.sets, changes);
      if (fault) throw fault.error;
    },
  };
  return store;
}

function carriedOut(sets: readonly RecordSet[], changes: readonly Change[]): readonly RecordSet[] {
  try {
    return applyChanges(sets, changes);
  } catch (error) {
    throw new RecordStoreError('rejected', String(error));
  }
}
