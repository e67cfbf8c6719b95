import { applyDecisions } from './apply.ts';
import type { Instance } from './domain/instance.ts';
import type { RecordName } from './domain/record-name.ts';
import type { RecordSet } from './domain/record-set.ts';
import type { RecordSetting } from './domain/record-setting.ts';
import { DeadlineError, isSourceError, RecordStoreError } from './errors.ts';
import { sourceObjection, storeObjection } from './objections.ts';
import { changesOf, type Decision, decide, type Observed, type Published } from './plan/decide.ts';
import type { HealthSource, RecordStore, ServiceQuery } from './ports.ts';
import { type RunReport, reportRun } from './report.ts';

/** What a run needs from outside. */
export interface Ports {
  readonly source: HealthSource;
  readonly store: RecordStore;
}

export interface UpdateRequest {
  /** `plan` is the same path without the last step: nothing is written. */
  readonly action: 'apply' | 'plan';
  /** Overrides the guard `vanished`. */
  readonly force: boolean;
  /** Aborts when so little time is left that the run must report. */
  readonly signal: AbortSignal;
}

/**
 * One pass: brings every record to what Consul says is healthy.
 *
 *  1. Read every service from Consul and what is published from Route 53, side by side.
 *  2. Decide for each record on its own: desired, plan, guards. Pure.
 *  3. Apply what the guards approved, unless only a plan was asked for.
 *  4. Report what happened to each record, and why.
 *
 * Does not throw for what Consul, Route 53 or the network does: the report says it, record by record.
 */
export async function update(
  records: readonly RecordSetting[],
  { source, store }: Ports,
  { action, force, signal }: UpdateRequest,
): Promise<RunReport> {
  const [services, published] = await Promise.all([
    readServices(records, source, signal),
    readPublished(records, store, signal),
  ]);

  const decideAgain = (setting: RecordSetting, current: Observed<Published>) =>
    decide(setting, services(setting), current, force);
  const decisions = records.map((setting) => decideAgain(setting, published(setting)));

  const todo = decisions.filter(
    (decision) => decision.verdict.decision === 'approve' && changesOf(decision).length > 0,
  );
  const applied =
    action === 'plan'
      ? new Map<RecordName, Decision>()
      : await applyDecisions(todo, {
          store,
          signal,
          redecide: ({ setting }, sets) => decideAgain(setting, withSets(published(setting), sets)),
        });

  return reportRun(
    action,
    decisions.map((decision) => applied.get(decision.setting.name) ?? decision),
  );
}

/** Asks Consul once for each service that a record names, side by side. */
async function readServices(records: readonly RecordSetting[], source: HealthSource, signal: AbortSignal) {
  const queries = new Map(records.map((setting) => [queryKey(setting), queryOf(setting)]));
  const entries = [...queries].map(async ([key, query]): Promise<[string, Observed<readonly Instance[]>]> => {
    try {
      return [key, { known: true, value: (await source.read(query, signal)).instances }];
    } catch (caught) {
      if (!isSourceError(caught) && !(caught instanceof DeadlineError)) throw caught;
      return [key, { known: false, objection: sourceObjection(caught) }];
    }
  });
  const services = new Map(await Promise.all(entries));
  return (setting: RecordSetting): Observed<readonly Instance[]> => {
    const observed = services.get(queryKey(setting));
    if (!observed) throw new Error(`${setting.service} was not asked for`);
    return observed;
  };
}

/** Reads the zone and all the records' names in it. */
async function readPublished(records: readonly RecordSetting[], store: RecordStore, signal: AbortSignal) {
  const names = records.map(({ name }) => name);
  try {
    const [zone, sets] = await Promise.all([store.zone(signal), store.read(names, signal)]);
    return ({ name }: RecordSetting): Observed<Published> => ({
      known: true,
      value: { zone, sets: sets.get(name) ?? [] },
    });
  } catch (caught) {
    if (!(caught instanceof RecordStoreError) && !(caught instanceof DeadlineError)) throw caught;
    const objection = storeObjection(caught);
    return (): Observed<Published> => ({ known: false, objection });
  }
}

function withSets(published: Observed<Published>, sets: readonly RecordSet[]): Observed<Published> {
  return published.known ? { known: true, value: { ...published.value, sets } } : published;
}

function queryOf({ service, tag, datacenter }: RecordSetting): ServiceQuery {
  return { service, ...(tag !== undefined && { tag }), ...(datacenter !== undefined && { datacenter }) };
}

function queryKey(setting: RecordSetting): string {
  return JSON.stringify(queryOf(setting));
}
