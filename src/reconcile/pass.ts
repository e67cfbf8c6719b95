import type { Address } from '../domain/address.ts';
import { defined } from '../domain/defined.ts';
import type { Instance } from '../domain/instance.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import { DeadlineError, objectionFrom, RecordStoreError, SourceError } from '../errors.ts';
import { setsAfter } from '../plan/after.ts';
import { changesOf, type Decision, decide, type Observed, type Published } from '../plan/decide.ts';
import type { HealthSource, RecordStore, ServiceReading } from '../ports.ts';
import { applyDecisions } from './apply.ts';

/** What a run needs from outside. */
export interface Ports {
  readonly source: HealthSource;
  readonly store: RecordStore;
}

/** What Consul said of a service, or why that is not known. */
export type Reading = ServiceReading | SourceError | DeadlineError;

/** What is known of the world when a pass decides, one entry for each service and each record. */
export interface Knowledge {
  /** By `queryKey`. */
  readonly services: ReadonlyMap<string, Reading>;
  readonly published: ReadonlyMap<RecordName, Observed<Published>>;
}

export interface PassOptions {
  /** `plan`: nothing is written. */
  readonly action: 'apply' | 'plan';
  /** Overrides the guard `vanished`. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Healthy addresses that are not to be added to a record yet. */
  readonly delayed?: (name: RecordName) => ReadonlySet<Address>;
  /** How many addresses left a record a short while ago, since they were not registered any more. */
  readonly departed?: (name: RecordName) => number;
}

/** What a pass did. */
export interface PassResult {
  /** As they were carried out; a verdict that approves means that the changes were made (or planned). */
  readonly decisions: readonly Decision[];
  /** What the records' names hold now; without an entry where that has to be read again. */
  readonly published: ReadonlyMap<RecordName, Observed<Published>>;
}

/**
 * Decides for each record on its own, and carries out what the guards approve.
 *
 * @param knowledge has an entry for each of the records and their services.
 * @returns also when Route 53 failed: the decisions say it.
 */
export async function runPass(
  records: readonly RecordSetting[],
  knowledge: Knowledge,
  store: RecordStore,
  { action, force, signal, delayed, departed }: PassOptions,
): Promise<PassResult> {
  const { services, published } = knowledge;
  const decideOn = (setting: RecordSetting, current: Observed<Published>) =>
    decide(setting, instancesIn(entry(services, queryKey(setting))), current, {
      force,
      ...defined({ delayed: delayed?.(setting.name), departed: departed?.(setting.name) }),
    });
  const decisions = records.map((setting) => decideOn(setting, entry(published, setting.name)));
  if (action === 'plan') return { decisions, published };

  const todo = decisions.filter(({ verdict }) => verdict.decision === 'approve');
  const applied = await applyDecisions(
    todo.filter((decision) => changesOf(decision).length > 0),
    {
      store,
      signal,
      redecide: ({ setting }, sets) =>
        decideOn(
          setting,
          withSets(entry(published, setting.name), () => sets),
        ),
    },
  );
  const after = new Map(published);
  for (const { decision, certain } of applied.values()) {
    const { name } = decision.setting;
    if (certain)
      after.set(
        name,
        withSets(entry(after, name), (sets) => setsAfter(sets, changesOf(decision))),
      );
    else after.delete(name);
  }
  return {
    decisions: decisions.map((decision) => applied.get(decision.setting.name)?.decision ?? decision),
    published: after,
  };
}

/** Reads one service; what goes wrong is the reading. */
export async function readService(
  source: HealthSource,
  query: ServiceQuery,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    return await source.read(query, signal);
  } catch (error) {
    if (error instanceof SourceError || error instanceof DeadlineError) return error;
    throw error;
  }
}

/** Reads what is published at these names; what goes wrong becomes the objection of each. */
export async function readPublished(
  store: RecordStore,
  names: readonly RecordName[],
  signal: AbortSignal,
): Promise<ReadonlyMap<RecordName, Observed<Published>>> {
  try {
    const [zone, found] = await Promise.all([store.zone(signal), store.read(names, signal)]);
    return new Map(
      names.map((name) => [name, { known: true, value: { zone, sets: found.get(name) ?? [] } }]),
    );
  } catch (error) {
    if (!(error instanceof RecordStoreError) && !(error instanceof DeadlineError)) throw error;
    const objection = objectionFrom(error);
    return new Map(names.map((name) => [name, { known: false, objection }]));
  }
}

/** What the records ask Consul for, each query once, by `queryKey`. */
export function queriesOf(records: readonly RecordSetting[]): ReadonlyMap<string, ServiceQuery> {
  return new Map(records.map((setting) => [queryKey(setting), setting.query]));
}

/** Equal for records with the same query. */
export function queryKey({ query }: RecordSetting): string {
  return JSON.stringify(query);
}

function entry<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing is known of ${key}`);
  return value;
}

function instancesIn(reading: Reading): Observed<readonly Instance[]> {
  if (reading instanceof Error) return { known: false, objection: objectionFrom(reading) };
  return { known: true, value: reading.instances };
}

function withSets(
  published: Observed<Published>,
  change: (sets: readonly RecordSet[]) => readonly RecordSet[],
): Observed<Published> {
  if (!published.known) return published;
  return { known: true, value: { ...published.value, sets: change(published.value.sets) } };
}
