import type { SimulatedConsul } from './consul.ts';
import type { Random } from './random.ts';

/** A proxy node as Consul knows it. */
interface Node {
  readonly name: string;
  address: string;
  isHealthy: boolean;
  isRegistered: boolean;
}

/** The proxy nodes, which fail and return, move to another address, and leave. */
export class Fleet {
  /** Every address that was healthy once. */
  readonly wasHealthy = new Set<string>();
  readonly #random: Random;
  readonly #consul: SimulatedConsul;
  readonly #nodes: readonly Node[];
  /** Whether an address is not registered any more: of several, the guard `vanished` would hold some. */
  #hasLeft = false;

  constructor(random: Random, consul: SimulatedConsul) {
    this.#random = random;
    this.#consul = consul;
    this.#nodes = Array.from({ length: random.whole(1, 5) }, (_, index) => ({
      name: `node-${index}`,
      address: `10.0.0.${index + 1}`,
      isHealthy: random.chance(0.8),
      isRegistered: true,
    }));
    for (const node of this.#nodes) this.#tell(node);
  }

  get #healthy(): readonly Node[] {
    return this.#nodes.filter(({ isHealthy, isRegistered }) => isHealthy && isRegistered);
  }

  /** The address of one of them, healthy or not. */
  get someAddress(): string {
    const registered = this.#nodes.filter(({ isRegistered }) => isRegistered);
    return registered[this.#random.whole(0, registered.length - 1)]?.address ?? '';
  }

  /** Something happens to a node. */
  change(): void {
    const random = this.#random;
    const node = this.#nodes[random.whole(0, this.#nodes.length - 1)];
    if (!node?.isRegistered) return;
    const kind = random.whole(1, 10);
    if (kind === 1 && !this.#hasLeft) {
      this.#hasLeft = true;
      node.address = `10.1.0.${this.#nodes.indexOf(node) + 1}`;
    } else if (kind === 2 && !this.#hasLeft && node.isHealthy && this.#healthy.length >= 3) {
      this.#hasLeft = true;
      node.isRegistered = false;
    } else {
      node.isHealthy = !node.isHealthy;
    }
    this.#tell(node);
  }

  /** What should be published, given what is: with too few healthy ones, that stays. */
  expected(published: readonly string[], minHealthy: number): readonly string[] {
    const healthy = this.#healthy.map(({ address }) => address);
    return healthy.length < minHealthy ? published : healthy.sort();
  }

  #tell({ name, address, isHealthy, isRegistered }: Node): void {
    if (isHealthy && isRegistered) this.wasHealthy.add(address);
    const status = isHealthy ? ('passing' as const) : this.#random.pick(['critical', 'warning']);
    this.#consul.set(name, isRegistered ? { address, status } : undefined);
  }
}
