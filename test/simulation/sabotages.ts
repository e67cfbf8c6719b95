import type { Change, RecordSet } from '../../src/domain/record-set.ts';
import type { RecordStore, ServiceReading } from '../../src/ports.ts';
import { instance } from '../support/records.ts';
import type { Invariant } from './invariants.ts';
import type { Sabotage } from './lambda.ts';

/**
 * A function that does something wrong: what, which promises may then break, and how. Where it takes hundreds of schedules
 * to find it, `from` is the one to begin with, of the ten thousand.
 */
type Wrong = readonly [what: string, breaks: readonly Invariant[], sabotage: Sabotage, from?: number];

type Store = (own: RecordStore) => Partial<RecordStore>;
const store = (change: Store): Sabotage => ({ store: (own) => ({ ...own, ...change(own) }) });
const without = (isDropped: (change: Change) => boolean): Sabotage =>
  store(({ apply }) => ({
    apply: (changes, signal) =>
      apply(
        changes.filter((change) => !isDropped(change)),
        signal,
      ),
  }));

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

const remove = (set: RecordSet): Change => ({ action: 'DELETE', set, message: 'remove' });

/** What each safeguard is for: without it, a promise breaks in one of ten thousand schedules at the latest. */
const safeguards: readonly Wrong[] = [
  [
    'writes without the compare-and-swap',
    ['a lost race is never reported as failed', 'the record follows within its time', 'never emptied'],
    without(({ set }) => set.name.startsWith('_')),
    2_650,
  ],
  [
    'takes its last answer instead of asking again after a foreign revision',
    ['a write never rests on older news than the one before', 'the record follows within its time'],
    {
      source(own) {
        let last: ServiceReading | undefined;
        return {
          async read(query, signal, blocking) {
            if (!blocking && last) return last;
            last = await own.read(query, signal, blocking);
            return last;
          },
        };
      },
    },
  ],
  [
    'stands by on what it knew before',
    ['a lost race is never reported as failed', 'the record follows within its time'],
    {
      store(own, { age }) {
        const seen = new Map<string, readonly RecordSet[]>();
        return {
          ...own,
          async read(names, signal) {
            if (age() >= 60_000 && names.every((name) => seen.has(name)))
              return new Map(names.map((name) => [name, seen.get(name) ?? []]));
            const found = await own.read(names, signal);
            for (const [name, sets] of found) seen.set(name, sets);
            return found;
          },
        };
      },
    },
  ],
  ['does not stand by', ['the record follows within its time'], { window: 60_000 }],
  [
    'believes at once that most have vanished',
    ['most do not vanish, at once or piece by piece'],
    { record: { vanishedHoldSeconds: 0 } },
    300,
  ],
  [
    'never believes that most have vanished',
    ['the record follows within its time'],
    { record: { vanishedHoldSeconds: 86_400 } },
    450,
  ],
  [
    'lets stay what may never be published',
    ['the record follows within its time', 'nothing that was never healthy is published'],
    { record: { addressPolicy: { refusalOf: () => undefined } } },
  ],
  [
    'does not assert the set that stays',
    ['never emptied', 'the record follows within its time'],
    without(({ message }) => message.startsWith('keep ')),
    1_450,
  ],
];

/** What no safeguard prevents. */
const bugs: readonly Wrong[] = [
  [
    'does not hear of changes',
    ['the record follows within its time'],
    {
      source: (own) => ({
        read: (query, signal, blocking) =>
          own.read(query, signal, blocking && { ...blocking, index: Number.MAX_SAFE_INTEGER }),
      }),
    },
  ],
  [
    'publishes what nobody registered',
    ['nothing that was never healthy is published'],
    {
      source: ({ read }) => ({
        read: async (...asked) => {
          const reading = await read(...asked);
          return { ...reading, instances: [...reading.instances, instance('10.6.6.6')] };
        },
      }),
    },
  ],
  [
    'removes more than it should',
    ['never emptied'],
    store(({ apply, read }) => ({
      async apply(changes, signal) {
        if (!changes.some(({ action, set }) => action === 'DELETE' && set.type === 'A'))
          return await apply(changes, signal);
        await apply((await setsAt(read, changes, 'consul/', signal)).map(remove), signal);
      },
    })),
  ],
  [
    'removes what is not ours',
    ['sets of others are left alone'],
    store(({ apply, read }) => ({
      async apply(changes, signal) {
        const foreign = await setsAt(read, changes, 'somebody', signal);
        await apply([...changes, ...foreign.map(remove)], signal);
      },
    })),
  ],
  [
    'asks Route 53 far too often',
    ['requests and changes stay within their budgets'],
    store(({ apply, zone, read }) => ({
      async apply(changes, signal) {
        const { name } = await zone(signal);
        await Promise.all(Array.from({ length: 60 }, () => read([name], signal)));
        await apply(changes, signal);
      },
    })),
  ],
];

/** All that a simulation must find. */
export const SABOTAGES: readonly Wrong[] = [...safeguards, ...bugs];
