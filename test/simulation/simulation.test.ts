import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import type { Change } from '../../src/plan/record-plan.ts';
import type { RecordStore } from '../../src/ports.ts';
import { instance } from '../support/records.ts';
import type { Invariant } from './invariants.ts';
import type { Sabotage } from './lambda.ts';
import { simulate } from './simulate.ts';

/** `SIMULATION_SEED` replays one schedule; `SIMULATION_COUNT` runs so many, from that seed on if there is one. */
const { SIMULATION_SEED, SIMULATION_COUNT } = process.env;
const FIRST = Number(SIMULATION_SEED ?? 1);
const COUNT = Number(SIMULATION_COUNT ?? (SIMULATION_SEED === undefined ? 150 : 1));

/** The first violation in so many schedules; `undefined` if there is none. */
async function firstViolation(first: number, count: number, sabotage: Sabotage = {}) {
  const totals = { flips: 0, batches: 0, troubles: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const { violation, counts } = await simulate(seed, sabotage);
    if (violation) return { seed, ...violation };
    totals.flips += counts.flips;
    totals.batches += counts.batches;
    totals.troubles += counts.troubles;
  }
  console.log(`${count} schedules: ${JSON.stringify(totals)}`);
  return undefined;
}

describe('whatever Consul, Route 53, the network and Lambda do', () => {
  it(`the promises hold in ${COUNT} schedules`, { timeout: 3_600_000 }, async () => {
    const found = await firstViolation(FIRST, COUNT);
    if (found)
      expect.fail(
        `${found.invariant}, at ${Math.round(found.at)} ms: ${found.what}. Replay it with SIMULATION_SEED=${found.seed}.`,
      );
  });
});

/** The sets at the names of a batch whose identifiers begin so. */
async function setsAt(
  read: RecordStore['read'],
  changes: readonly Change[],
  prefix: string,
  signal: AbortSignal,
): Promise<readonly RecordSet[]> {
  const found = await read([...new Set(changes.map(({ set }) => set.name))], signal);
  return [...found.values()]
    .flat()
    .filter((set) => 'setIdentifier' in set && set.setIdentifier?.startsWith(prefix));
}

describe('a simulation', () => {
  it('goes the same way again with the same seed', async () => {
    const once = await simulate(7);
    expect(once.trace.length).toBeGreaterThan(5);
    expect(await simulate(7)).toEqual(once);
    expect((await simulate(8)).trace).not.toEqual(once.trace);
  });

  const store = (change: (own: RecordStore) => Partial<RecordStore>): Sabotage => ({
    store: (own) => ({ ...own, ...change(own) }),
  });
  const stranger = instance('10.6.6.6');

  it.each<[string, Invariant, Sabotage]>([
    [
      'does not hear of changes',
      'the record follows within its time',
      {
        source: (own) => ({
          read: (query, signal, blocking) =>
            own.read(query, signal, blocking && { ...blocking, index: Number.MAX_SAFE_INTEGER }),
        }),
      },
    ],
    [
      'publishes what nobody registered',
      'nothing that was never healthy is published',
      {
        source: ({ read }) => ({
          read: async (...asked) => {
            const reading = await read(...asked);
            return { ...reading, instances: [...reading.instances, stranger] };
          },
        }),
      },
    ],
    [
      'removes more than it should',
      'never emptied',
      store(({ apply, read }) => ({
        async apply(changes, signal) {
          if (!changes.some(({ action }) => action === 'DELETE')) return await apply(changes, signal);
          const all = await setsAt(read, changes, 'consul/', signal);
          await apply(
            all.map((set) => ({ action: 'DELETE', set, message: 'remove' })),
            signal,
          );
        },
      })),
    ],
    [
      'removes what is not ours',
      'sets of others are left alone',
      store(({ apply, read }) => ({
        async apply(changes, signal) {
          const foreign = await setsAt(read, changes, 'somebody', signal);
          const more = foreign.map((set) => ({ action: 'DELETE', set, message: 'remove' }) as const);
          await apply([...changes, ...more], signal);
        },
      })),
    ],
    [
      'asks Route 53 far too often',
      'requests and changes stay within their budgets',
      store(({ apply, zone, read }) => ({
        async apply(changes, signal) {
          const { name } = await zone(signal);
          await Promise.all(Array.from({ length: 60 }, () => read([name], signal)));
          await apply(changes, signal);
        },
      })),
    ],
  ])('finds a function that %s', async (_, invariant, sabotage) => {
    expect(await firstViolation(1, 150, sabotage)).toMatchObject({ invariant });
  });
});
