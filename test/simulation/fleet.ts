import type { SimulatedConsul } from './consul.ts';
import type { Random } from './random.ts';

/** A proxy node as Consul knows it. */
interface Node {
  readonly name: string;
  address: string;
  isHealthy: boolean;
  isRegistered: boolean;
}

/** What is to be expected of the record, besides what is published. */
export interface Rules {
  readonly minHealthy: number;
  /** Milliseconds for which addresses are kept that have vanished. */
  readonly hold: number;
  readonly now: number;
  /** Since when nothing was wrong, so that a hold may have begun only then. */
  readonly soundSince: number;
}

/** Milliseconds for which a writer may rest on an answer that is no longer true. */
const NEWS = 16_000;

/** The proxy nodes, which fail and return, move to another address, leave and come back. */
export class Fleet {
  /** Every address that was healthy once. */
  readonly wasHealthy = new Set<string>();
  readonly #random: Random;
  readonly #consul: SimulatedConsul;
  readonly #nodes: readonly Node[];
  /** When an address was registered and failing for the last time, and when it was registered at all, in milliseconds. */
  readonly #failedAt = new Map<string, number>();
  readonly #registeredAt = new Map<string, number>();
  /** How many addresses were registered or published, and when. */
  readonly #counts: { readonly at: number; readonly count: number }[] = [];
  #tooFewAt = Number.NEGATIVE_INFINITY;

  constructor(random: Random, consul: SimulatedConsul) {
    this.#random = random;
    this.#consul = consul;
    this.#nodes = Array.from({ length: random.whole(1, 7) }, (_, index) => ({
      name: `node-${index}`,
      address: `10.0.0.${index + 1}`,
      isHealthy: random.chance(0.8),
      isRegistered: true,
    }));
    for (const node of this.#nodes) this.#tell(node);
  }

  get #registered(): readonly Node[] {
    return this.#nodes.filter(({ isRegistered }) => isRegistered);
  }

  get #healthy(): readonly string[] {
    return this.#registered.filter(({ isHealthy }) => isHealthy).map(({ address }) => address);
  }

  /** The address of one of them, healthy or not. */
  get someAddress(): string {
    const { address } = this.#registered[this.#random.whole(0, this.#registered.length - 1)] ?? {
      address: '10.0.0.1',
    };
    return address;
  }

  /** Something happens to a node. */
  change(): void {
    const random = this.#random;
    const index = random.whole(0, this.#nodes.length - 1);
    const node = this.#nodes[index];
    if (!node) return;
    const kind = random.whole(1, 10);
    if (!node.isRegistered) node.isRegistered = kind <= 3;
    else if (kind === 1) node.address = `10.${random.whole(1, 9)}.0.${index + 1}`;
    else if (kind <= 3) node.isRegistered = false;
    else node.isHealthy = !node.isHealthy;
    this.#tell(node);
  }

  /** Notes what is and was at a moment, in milliseconds; to be called before and after whatever happens. */
  note(now: number, published: readonly string[], minHealthy: number): void {
    for (const { address, isHealthy } of this.#registered) {
      this.#registeredAt.set(address, now);
      if (!isHealthy) this.#failedAt.set(address, now);
    }
    this.#counts.push({ at: now, count: this.#registered.length + this.#gone(published).length });
    if (this.#healthy.length < minHealthy) this.#tooFewAt = now;
  }

  /** What is wrong with what is published, when all is known; `undefined` if nothing is. */
  complaint(published: readonly string[], { minHealthy, hold, now, soundSince }: Rules): string | undefined {
    const healthy = this.#healthy;
    const missing = healthy.filter((address) => !published.includes(address));
    if (missing.length > 0) return `${missing.join()} is missing`;
    const gone = this.#gone(published);
    const failing = published.filter((address) => !healthy.includes(address) && !gone.includes(address));
    const isEnough = healthy.length + gone.length >= minHealthy;
    if (failing.length > 0 && isEnough) return `${failing.join()} fails`;
    if (gone.length === 0 || healthy.length < minHealthy) return undefined;
    const most = Math.max(
      ...this.#counts.filter(({ at }) => now - at <= hold + NEWS).map(({ count }) => count),
    );
    if (2 * healthy.length >= most) return `${gone.join()} is not registered, of ${most}`;
    const late = gone.filter(
      (address) => Math.max(this.#lastSeen(address), this.#tooFewAt, soundSince) + hold + 2_000 < now,
    );
    return late.length > 0 ? `${late.join()} is not registered for long` : undefined;
  }

  /** Whether an address is registered and does not fail: if it is taken out as gone, Consul has lost it. */
  isLoss(address: string, now: number): boolean {
    const failedAt = this.#failedAt.get(address) ?? Number.NEGATIVE_INFINITY;
    return this.#healthy.includes(address) && now - failedAt > NEWS;
  }

  #lastSeen(address: string): number {
    return this.#registeredAt.get(address) ?? Number.NEGATIVE_INFINITY;
  }

  #gone(published: readonly string[]): readonly string[] {
    const registered = this.#registered.map(({ address }) => address);
    return published.filter((address) => !registered.includes(address));
  }

  #tell({ name, address, isHealthy, isRegistered }: Node): void {
    if (isHealthy && isRegistered) this.wasHealthy.add(address);
    const status = isHealthy ? ('passing' as const) : this.#random.pick(['critical', 'warning']);
    this.#consul.set(name, isRegistered ? { address, status } : undefined);
  }
}
