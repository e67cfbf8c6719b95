import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { route53Budget } from '../../src/pacing/route53-budget.ts';
import type { HealthSource, RecordStore } from '../../src/ports.ts';
import { run, type ZonePass } from '../../src/reconcile/run.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import type { SimulatedConsul } from './consul.ts';
import type { Random } from './random.ts';
import type { SimulatedRoute53 } from './route53.ts';
import { Sandbox, type Timeline } from './timeline.ts';

/** As deployed: the schedule, the window, and the time that one invocation has, in milliseconds. */
const EVERY = 60_000;
export const WINDOW = 75_000;
const TIME = 80_000;

/** Milliseconds by which a tick may be late. */
const LATE = 8_000;

/** Something wrong with the function that a simulation must find. */
export interface Sabotage {
  readonly source?: (source: HealthSource) => HealthSource;
  readonly store?: (store: RecordStore, invocation: { readonly age: () => number }) => RecordStore;
  readonly record?: Partial<RecordSetting>;
  /** Milliseconds. */
  readonly window?: number;
}

export interface Surroundings {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly consul: SimulatedConsul;
  readonly route53: SimulatedRoute53;
  /** What stands between the loop and its ports, to show that a simulation can fail. */
  readonly sabotage: Sabotage;
  /** Called with each revision that a writer tries to write, and the index of the answer that it rests on. */
  readonly onWrite: (revision: string, index: number) => void;
  readonly onPass: (pass: ZonePass) => void;
  /** Called with what a run must never throw. */
  readonly onCrash: (error: unknown) => void;
  /** Called when an invocation begins or ends, in whatever way. */
  readonly onInvocation: (lambda: SimulatedLambda, isBegun: boolean) => void;
}

interface Invocation {
  readonly sandbox: Sandbox;
  readonly isScheduled: boolean;
}

/**
 * One deployment of the function: invoked each minute, late, twice or not at all, and by hand. Each invocation is in a
 * process of its own, as if none were ever kept.
 */
export class SimulatedLambda {
  readonly #own: Surroundings;
  readonly #record: RecordSetting;
  readonly #running = new Set<Invocation>();
  readonly #deadlines: AbortController[] = [];
  #isExcused = true;

  constructor(own: Surroundings, record: RecordSetting) {
    this.#own = own;
    this.#record = record;
    this.#tick(0);
  }

  /** Whether a window is open, or should be: only one that was killed, or a tick that never came, excuses that none is. */
  get isWatching(): boolean {
    return !this.#isExcused || [...this.#running].some(({ isScheduled }) => isScheduled);
  }

  /** Ends one process, or all, in the middle of whatever it does. */
  kill(all = false): void {
    for (const invocation of this.#some(all)) {
      this.#isExcused = true;
      invocation.sandbox.kill();
      this.#end(invocation);
    }
  }

  /**
   * When all is over. What still waits in a process that was killed is told to end too: Node keeps in memory whoever listens
   * to a signal made of others, which would be most of a schedule.
   */
  close(): void {
    this.kill(true);
    for (const deadline of this.#deadlines) deadline.abort();
  }

  freeze(milliseconds: number): void {
    for (const { sandbox } of this.#some(false)) sandbox.freeze(milliseconds);
  }

  /** An operator applies by hand. */
  apply(force: boolean): void {
    this.#begin(false, force);
  }

  #some(all: boolean): readonly Invocation[] {
    const running = [...this.#running];
    return all ? running : running.slice(0, 1);
  }

  #tick(late: number): void {
    const { timeline, random } = this.#own;
    const copies = random.chance(0.05) && timeline.now > 0 ? 0 : random.chance(0.15) ? 2 : 1;
    if (copies === 0) this.#isExcused = true;
    for (let copy = 0; copy < copies; copy++)
      timeline.after(late + random.between(0, 100), () => this.#begin(true, false));
    timeline.after(EVERY, () => this.#tick(random.between(0, LATE)));
  }

  #begin(isScheduled: boolean, force: boolean): void {
    const { timeline, consul, route53, random, sabotage, onWrite, onPass, onCrash, onInvocation } = this.#own;
    const sandbox = new Sandbox(timeline);
    const invocation = { sandbox, isScheduled };
    this.#running.add(invocation);
    const began = timeline.now;
    const end = began + TIME;
    let index = 0;
    const { source = (own) => own, store: storeAs = (own) => own, window = WINDOW } = sabotage;
    const answers = consul.source(sandbox, (arrived) => {
      // An older one may come later, after it was overtaken on its way.
      index = Math.max(index, arrived);
    });
    const store = storeAs(
      noting(route53RecordStore(route53.client(sandbox), route53.zone.id), (revision) =>
        onWrite(revision, index),
      ),
      { age: () => timeline.now - began },
    );
    const parts = {
      settings: {
        records: [{ ...this.#record, ...sabotage.record }],
        watchSeconds: isScheduled ? window / 1_000 : 0,
      },
      source: source(answers),
      storeOf: () => store,
      clock: sandbox.clock,
      random: random.next,
      nonce: () => String(random.whole(0, 1e9)),
      budget: route53Budget(),
    };
    const deadline = new AbortController();
    this.#deadlines.push(deadline);
    const cancel = sandbox.after(TIME - 1_000, () => deadline.abort());
    const context = { getRemainingTimeInMillis: () => end - timeline.now };
    if (isScheduled) {
      this.#isExcused = false;
      onInvocation(this, true);
    }
    run(parts, { action: 'apply', force }, context, deadline.signal, onPass)
      .catch((error: unknown) => {
        if (sandbox.isAlive) onCrash(error);
      })
      .finally(() => {
        cancel();
        if (sandbox.isAlive) this.#end(invocation);
      });
  }

  #end(invocation: Invocation): void {
    this.#running.delete(invocation);
    if (invocation.isScheduled) this.#own.onInvocation(this, false);
  }
}

/** Tells of the revisions in what is written. */
function noting(store: RecordStore, onWrite: (revision: string) => void): RecordStore {
  return {
    ...store,
    async apply(changes, signal) {
      for (const { action, set } of changes)
        if (action !== 'DELETE' && set.name.startsWith('_')) onWrite(set.values.join());
      await store.apply(changes, signal);
    },
  };
}
