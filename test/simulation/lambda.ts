import type { RecordSetting } from '../../src/domain/record-setting.ts';
import type { HealthSource, RecordStore } from '../../src/ports.ts';
import { type RunPass, run } from '../../src/reconcile/run.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import type { SimulatedConsul } from './consul.ts';
import type { Random } from './random.ts';
import type { SimulatedRoute53 } from './route53.ts';
import { Sandbox, type Timeline } from './timeline.ts';

/** As deployed: the schedule, the window, and the time that one invocation has, in milliseconds. */
const EVERY = 60_000;
const WINDOW = 59_000;
const TIME = 64_000;

/** Milliseconds until Lambda tries again an invocation that found the function busy. */
const AGAIN = 1_000;

/** Something wrong with the function that a simulation must find. */
export interface Sabotage {
  readonly source?: (source: HealthSource) => HealthSource;
  readonly store?: (store: RecordStore) => RecordStore;
}

export interface World {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly consul: SimulatedConsul;
  readonly route53: SimulatedRoute53;
  readonly records: readonly RecordSetting[];
  /** What stands between the loop and its ports, to show that a simulation can fail. */
  readonly sabotage: Sabotage;
  /** Called when an invocation begins or ends, in whatever way. */
  readonly onInvocation: (kind: 'begins' | 'ends') => void;
  readonly onPass: (pass: RunPass) => void;
  /** Called with what a run must never throw. */
  readonly onCrash: (error: unknown) => void;
}

/** The deployed function: one invocation at a time, each minute, in a process that is kept until it is killed. */
export class SimulatedLambda {
  readonly #world: World;
  #process: { readonly sandbox: Sandbox; readonly invoke: () => Promise<void> } | undefined;
  #isBusy = false;

  constructor(world: World) {
    this.#world = world;
    this.#tick(0);
  }

  /** The process that has begun last. */
  get sandbox(): Sandbox | undefined {
    return this.#process?.sandbox;
  }

  /** Ends the process in the middle of whatever it does. */
  kill(): void {
    this.#process?.sandbox.kill();
    this.#process = undefined;
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.#world.onInvocation('ends');
  }

  #tick(late: number): void {
    const { timeline, random } = this.#world;
    timeline.after(late, () => this.#begin());
    timeline.after(EVERY, () => this.#tick(random.between(0, 500)));
  }

  #begin(): void {
    const { timeline, onInvocation, onCrash } = this.#world;
    if (this.#isBusy) {
      timeline.after(AGAIN, () => this.#begin());
      return;
    }
    this.#process ??= this.#start();
    const { sandbox, invoke } = this.#process;
    this.#isBusy = true;
    onInvocation('begins');
    const end = () => {
      if (!sandbox.isAlive) return;
      this.#isBusy = false;
      onInvocation('ends');
    };
    invoke().then(end, (error: unknown) => {
      onCrash(error);
      end();
    });
  }

  #start() {
    const { timeline, consul, route53, random, records, sabotage, onPass } = this.#world;
    const sandbox = new Sandbox(timeline);
    const { source = (own) => own, store: storeAs = (own) => own } = sabotage;
    const store = storeAs(route53RecordStore(route53.client(sandbox), route53.zone.id));
    const parts = {
      settings: { records, watchSeconds: WINDOW / 1_000 },
      source: source(consul.source(sandbox)),
      storeOf: () => store,
      clock: sandbox.clock,
      random: random.next,
    };
    const invoke = async () => {
      const end = timeline.now + TIME;
      const deadline = new AbortController();
      const cancel = sandbox.after(TIME - 1_000, () => deadline.abort());
      const context = { getRemainingTimeInMillis: () => end - timeline.now };
      await run(parts, { action: 'apply', force: false }, context, deadline.signal, onPass);
      cancel();
    };
    return { sandbox, invoke };
  }
}
