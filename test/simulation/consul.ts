import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import type { ServiceQuery } from '../../src/domain/service-query.ts';
import { DeadlineError, SourceError } from '../../src/errors.ts';
import type { BlockingQuery, HealthSource, ServiceReading } from '../../src/ports.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Sandbox, Timeline } from './timeline.ts';

/** What is wrong with the Consul servers. */
export type ConsulTrouble = 'down' | 'no-leader' | 'slow';

/** Milliseconds that the function gives an answer beyond the wait that it asked for. */
const TIMEOUT = 3_000;

interface Waiter {
  readonly service: string;
  readonly index: number;
  readonly wake: () => void;
}

/** The Consul servers as the function meets them: what is registered, an index that only grows, and blocking queries. */
export class SimulatedConsul {
  trouble: ConsulTrouble | undefined;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #network: Network;
  readonly #services = new Map<string, Map<string, { address: string; status: CheckStatus }>>();
  readonly #indexes = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  #index = 1;

  constructor(timeline: Timeline, random: Random, network: Network) {
    this.#timeline = timeline;
    this.#random = random;
    this.#network = network;
  }

  /** Registers an instance on a node, changes it, or takes it away. */
  set(service: string, node: string, instance: { address: string; status: CheckStatus } | undefined): void {
    const nodes = this.#services.get(service) ?? new Map<string, { address: string; status: CheckStatus }>();
    this.#services.set(service, nodes);
    if (instance) nodes.set(node, instance);
    else nodes.delete(node);
    this.#indexes.set(service, ++this.#index);
    for (const waiter of this.#waiters) if (waiter.service === service) waiter.wake();
  }

  instances(service: string): readonly Instance[] {
    return [...(this.#services.get(service) ?? [])].map(([node, { address, status }]) => ({
      node,
      serviceId: service,
      address,
      checks: [{ id: `service:${service}`, status }],
    }));
  }

  /** What a process of the function reads from. */
  source(sandbox: Sandbox): HealthSource {
    return { read: (query, signal, blocking) => this.#read(sandbox, query, signal, blocking) };
  }

  #read(
    sandbox: Sandbox,
    { service }: ServiceQuery,
    signal: AbortSignal,
    blocking: BlockingQuery | undefined,
  ): Promise<ServiceReading> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => settle(() => reject(error));
      const onAbort = () => fail(new DeadlineError(`reading "${service}"`));
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
        const reading = this.#answer(service);
        for (const delay of this.#network.delays())
          sandbox.after(delay, () =>
            reading instanceof Error ? fail(reading) : settle(() => resolve(reading)),
          );
      };
      this.#network.carry(() => this.#hold(service, blocking, answer));
    });
  }

  /** Answers now or, for a blocking query, when something changes or its time is up. */
  #hold(service: string, blocking: BlockingQuery | undefined, answer: () => void): void {
    if (this.trouble === 'down') return;
    if (!blocking || this.trouble || this.#indexOf(service) > blocking.index) {
      this.#timeline.after(this.trouble === 'slow' ? this.#random.between(500, 2_500) : 0, answer);
      return;
    }
    const waiter = { service, index: blocking.index, wake };
    const waiters = this.#waiters;
    const cancel = this.#timeline.after(blocking.wait + this.#random.between(0, blocking.wait / 16), wake);
    function wake(): void {
      cancel();
      if (waiters.delete(waiter)) answer();
    }
    waiters.add(waiter);
  }

  #answer(service: string): ServiceReading | Error {
    if (this.trouble === 'no-leader')
      return new SourceError({ reason: 'source-suspect', cause: 'no-leader' }, 'has no leader');
    return { instances: this.instances(service), index: this.#indexOf(service) };
  }

  #indexOf(service: string): number {
    return this.#indexes.get(service) ?? 1;
  }
}
