import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import type { ServiceQuery } from '../../src/domain/service-query.ts';
import { DeadlineError, SourceError } from '../../src/errors.ts';
import type { BlockingQuery, HealthSource, ServiceReading } from '../../src/ports.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Sandbox, Timeline } from './timeline.ts';

/**
 * What is wrong with the Consul servers: `empty` is a restart after which they answer with nothing, as if all were well;
 * `dwindling` is a catalog that loses one instance after the other, but for the first.
 */
export type ConsulTrouble = 'down' | 'no-leader' | 'slow' | 'empty' | 'dwindling' | 'filtered';

/** Milliseconds that the function gives an answer beyond the wait that it asked for. */
const TIMEOUT = 3_000;

/** What one server knows, and since when: its index counts the changes. */
interface View {
  readonly at: number;
  readonly index: number;
  readonly instances: readonly Instance[];
}

interface Server {
  /** Milliseconds by which its copy is behind; the leader's is not. */
  readonly lag: number;
  readonly waiters: Set<{ readonly index: number; readonly wake: () => void }>;
}

/** The Consul servers as the function meets them: one service, an index that only grows, and blocking queries. */
export class SimulatedConsul {
  #trouble: ConsulTrouble | undefined;
  /** How many instances a dwindling catalog still has. */
  #shown = 0;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #network: Network;
  readonly #nodes = new Map<string, { address: string; status: CheckStatus }>();
  readonly #servers: readonly [Server, ...Server[]];
  /** All that there were, the newest last. */
  readonly #views: View[] = [{ at: 0, index: 1, instances: [] }];

  constructor(timeline: Timeline, random: Random, network: Network, lags: readonly number[]) {
    this.#timeline = timeline;
    this.#random = random;
    this.#network = network;
    this.#servers = [server(0), ...lags.map(server)];
  }

  set trouble(trouble: ConsulTrouble | undefined) {
    const loses = (kind: ConsulTrouble | undefined) => kind === 'empty' || kind === 'dwindling';
    const changes = loses(this.#trouble) || loses(trouble);
    this.#trouble = trouble;
    this.#shown = this.#nodes.size;
    if (trouble === 'dwindling') this.#dwindle();
    else if (changes) this.#tell();
  }

  #dwindle(): void {
    if (this.#trouble !== 'dwindling' || this.#shown <= 1) return;
    // All at once, or one by one.
    this.#shown -= this.#random.whole(1, this.#shown - 1);
    this.#tell();
    this.#timeline.after(this.#random.between(100, 1_000), () => this.#dwindle());
  }

  /** Registers an instance on a node, changes it, or takes it away. */
  set(node: string, instance: { address: string; status: CheckStatus } | undefined): void {
    if (instance) this.#nodes.set(node, instance);
    else this.#nodes.delete(node);
    this.#tell();
  }

  /** Something has changed: whoever waits for it gets an answer. */
  #tell(): void {
    const { now } = this.#timeline;
    const index = (this.#views.at(-1)?.index ?? 0) + 1;
    const instances = [...this.#nodes].map(([name, { address, status }]) => ({
      node: name,
      serviceId: 'rdsproxy',
      address,
      checks: [{ id: 'service:rdsproxy', status }],
    }));
    this.#views.push({ at: now, index, instances });
    for (const { lag, waiters } of this.#servers) {
      const wake = () => {
        for (const waiter of waiters) if (waiter.index < index) waiter.wake();
      };
      if (lag === 0) wake();
      else this.#timeline.after(lag, wake);
    }
  }

  /** What a process of the function reads from. @param onAnswer called with the index of each answer that arrives. */
  source(sandbox: Sandbox, onAnswer: (index: number) => void): HealthSource {
    return {
      read: async (query, signal, blocking) => {
        const reading = await this.#read(sandbox, query, signal, blocking);
        onAnswer(reading.index ?? 0);
        return reading;
      },
    };
  }

  #read(
    sandbox: Sandbox,
    { consistency }: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    const asked = consistency === 'stale' ? this.#random.pick(this.#servers) : this.#servers[0];
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => settle(() => reject(error));
      const onAbort = () => fail(new DeadlineError('reading the service'));
      const cancel = sandbox.after(TIMEOUT + (blocking?.wait ?? 0) * (1 + 1 / 16), () =>
        fail(new SourceError({ reason: 'source-unavailable' }, 'gave no answer in time')),
      );
      const settle = (act: () => void) => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        act();
      };
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      const answer = () => {
        const reading = this.#answer(asked, consistency === 'stale');
        for (const delay of this.#network.delays())
          sandbox.after(delay, () =>
            reading instanceof Error ? fail(reading) : settle(() => resolve(reading)),
          );
      };
      this.#network.carry(() => this.#hold(asked, blocking, answer));
    });
  }

  /** Answers now or, for a blocking query, when something changes or its time is up. */
  #hold(asked: Server, blocking: BlockingQuery | undefined, answer: () => void): void {
    if (this.#trouble === 'down') return;
    if (!blocking || this.#trouble || this.#view(asked).index > blocking.index) {
      if (this.#trouble === 'slow') this.#timeline.after(this.#random.between(500, 2_500), answer);
      else answer();
      return;
    }
    const waiter = { index: blocking.index, wake };
    const { waiters } = asked;
    const cancel = this.#timeline.after(blocking.wait + this.#random.between(0, blocking.wait / 16), wake);
    function wake(): void {
      cancel();
      if (waiters.delete(waiter)) answer();
    }
    waiters.add(waiter);
  }

  #answer(asked: Server, isStale: boolean): ServiceReading | Error {
    if (this.#trouble === 'no-leader' && !isStale)
      return new SourceError({ reason: 'source-suspect', cause: 'no-leader' }, 'has no leader');
    if (this.#trouble === 'filtered')
      return new SourceError({ reason: 'source-suspect', cause: 'acl-filtered' }, 'left some out');
    const { index, instances } = this.#view(asked);
    const shown = { empty: 0, dwindling: this.#shown }[this.#trouble as string] ?? instances.length;
    return { index, instances: instances.slice(0, shown) };
  }

  #view({ lag }: Server): View {
    const moment = this.#timeline.now - lag;
    const view = this.#views.findLast(({ at }) => at <= moment) ?? this.#views[0];
    if (!view) throw new Error('there is no view');
    return view;
  }
}

function server(lag: number): Server {
  return { lag, waiters: new Set() };
}
