import type { Act } from './catalog-acts.ts';
import type { Facts, Instance } from './facts.ts';
import { SERVICE } from './oracle.ts';
import type { World } from './world.ts';

/** More than a name has room for. */
const SIZE = 120;

/** How many registrations are under way at a time. */
const ABREAST = 30;

/** So many instances at once that some of them must wait. */
export class Fleet implements Act {
  readonly #subnet: 1 | 2;
  readonly #up: boolean;

  constructor(subnet: 1 | 2, up: boolean) {
    this.#subnet = subnet;
    this.#up = up;
  }

  async perform(facts: Facts, world: World): Promise<void> {
    const agent = world.agent('consul-1');
    const instances = Array.from({ length: SIZE }, (_, index): Instance => {
      const address = `10.${this.#subnet}.${index >> 8}.${index & 255}`;
      return { node: 'consul-1', id: address, address };
    });
    for (const instance of instances) {
      if (this.#up) facts.set(instance);
      else facts.remove(instance);
    }
    while (instances.length > 0) {
      await Promise.all(
        instances.splice(0, ABREAST).map(async ({ id, address }) => {
          if (this.#up) await agent.register({ Name: SERVICE, ID: id, Address: address, Port: 3306 });
          else await agent.deregister(id);
        }),
      );
    }
  }

  toString(): string {
    return `${this.#up ? 'register' : 'deregister'} ${SIZE} instances in 10.${this.#subnet}.0.0/16`;
  }
}
