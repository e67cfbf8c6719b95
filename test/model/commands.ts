import fc from 'fast-check';
import { type Act, deregister, flip, maintain, register } from './catalog-acts.ts';
import type { Facts, PendingFault, Setting } from './facts.ts';
import { Fleet } from './fleet.ts';
import { foreign } from './foreign-acts.ts';
import { type Invocation, Invoke, type ModelCommand } from './invoke.ts';
import { Settle } from './settle.ts';
import { consulFault, describeTrouble, pendingConsulFault, pendingRoute53Fault } from './trouble.ts';
import type { World } from './world.ts';

/** Something that happens between two runs. */
class AtRest implements ModelCommand {
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(facts: Facts, world: World): Promise<void> {
    await this.#act.perform(facts, world);
    world.verify();
  }

  toString(): string {
    return String(this.#act);
  }
}

/** A fault that the next runs will meet. */
class Pend implements ModelCommand {
  readonly #fault: PendingFault;

  constructor(fault: PendingFault) {
    this.#fault = fault;
  }

  check(): boolean {
    return true;
  }

  async run(facts: Facts): Promise<void> {
    facts.pending.push({ ...this.#fault });
  }

  toString(): string {
    return describeTrouble(this.#fault);
  }
}

/** Consul in trouble in the middle of a window, or out of it again. */
const consulTurn: fc.Arbitrary<Act> = fc.oneof(
  consulFault(['hang', 'slow']).map(({ fault, node }) => ({
    perform: (_: Facts, world: World) => world.setConsulFault(fault, node),
    toString: () => `Consul ${JSON.stringify(fault)} on ${node ?? 'all agents'}`,
  })),
  fc.constant({
    perform: (_: Facts, world: World) => world.clearConsulFaults(),
    toString: () => 'Consul is sound again',
  }),
);

const catalogAct = fc.oneof(
  { weight: 4, arbitrary: register },
  { weight: 4, arbitrary: flip },
  { weight: 2, arbitrary: deregister },
  { weight: 2, arbitrary: maintain },
);

export const atRest: fc.Arbitrary<ModelCommand> = fc
  .oneof({ weight: 5, arbitrary: catalogAct }, { weight: 1, arbitrary: foreign })
  .map((act) => new AtRest(act));
export const registered: fc.Arbitrary<ModelCommand> = register.map((act) => new AtRest(act));
export const fleet: fc.Arbitrary<ModelCommand> = fc
  .tuple(fc.constantFrom(1 as const, 2 as const), fc.boolean())
  .map(([subnet, up]) => new AtRest(new Fleet(subnet, up)));
export const pend = (fault: fc.Arbitrary<PendingFault>): fc.Arbitrary<ModelCommand> =>
  fault.map((trouble) => new Pend(trouble));

const interference = fc.option(
  fc.record({
    on: fc.constantFrom('ListResourceRecordSets' as const, 'ChangeResourceRecordSets' as const),
    act: foreign,
  }),
  { nil: undefined, freq: 3 },
);
const start = fc.constantFrom('warm' as const, 'warm' as const, 'cold' as const);
const event = fc.constantFrom<Invocation['event']>(
  ...[{}, {}, {}, {}, {}],
  { action: 'apply', force: true },
  { action: 'plan' },
);

const onePass = fc
  .record({ start, event, interference })
  .map(
    ({ interference: other, ...how }) =>
      new Invoke({ ...how, window: 0, meanwhile: [], ...(other && { interference: other }) }),
  );
const inWindow = fc.oneof(
  { weight: 6, arbitrary: catalogAct },
  { weight: 2, arbitrary: foreign },
  { weight: 1, arbitrary: consulTurn },
);
const meanwhile = fc.array(fc.record({ after: fc.integer({ min: 0, max: 60 }), act: inWindow }), {
  minLength: 1,
  maxLength: 5,
});
const watching = fc
  .record({ start, window: fc.integer({ min: 50, max: 300 }), meanwhile, interference })
  .map(
    ({ interference: other, ...how }) =>
      new Invoke({ ...how, event: {}, ...(other && { interference: other }) }),
  );

export const settle: fc.Arbitrary<ModelCommand> = start.map((how) => new Settle(how));

export const setting: fc.Arbitrary<Setting> = fc.record({
  routing: fc.constantFrom('multivalue' as const, 'multivalue' as const, 'simple' as const),
  minHealthy: fc.integer({ min: 1, max: 2 }),
  onConflict: fc.constantFrom('refuse' as const, 'refuse' as const, 'replace' as const),
});

/** All that may happen; what is listed twice happens more often. */
export const everything: fc.Arbitrary<ModelCommand>[] = [
  ...[registered, atRest, atRest, atRest, atRest],
  pend(pendingConsulFault),
  pend(pendingRoute53Fault),
  ...[onePass, onePass, onePass],
  watching,
  settle,
];
