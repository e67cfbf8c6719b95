import { setMaxListeners } from 'node:events';
import type { Instance } from '../domain/instance.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import type { News, Trigger } from '../domain/trigger.ts';
import { DeadlineError, objectionFrom, type SourceError } from '../errors.ts';
import type { Observed } from '../plan/decide.ts';
import { type Answer, isSameAnswer, readService, type WatchPorts, watchService } from './service-watch.ts';

/** What Consul says of the services of some records, each service read on its own. */
export interface ServiceReadings {
  /** Settles when there is an answer for each service, or it is known why there is none. */
  readonly answered: Promise<void>;
  /** Whether there is an answer to the record's query, or it is known why there is none. */
  has(setting: RecordSetting): boolean;
  of(setting: RecordSetting): Observed<readonly Instance[]>;
  /**
   * Whether something may be written for the record: its answer was asked for after a moment (milliseconds), of a server
   * that knew what was true then, and is not older than one that something was written for.
   */
  isNewEnough(setting: RecordSetting, moment: number): boolean;
  /** When the record's answer was heard, in milliseconds; -Infinity without one. */
  heardAt(setting: RecordSetting): number;
  /** For how long its answers have been sound since the record's source was lost, in milliseconds; Infinity if it was not. */
  soundFor(setting: RecordSetting): number;
  /** Asks for the records' services again, of the leader. */
  askAgain(settings: readonly RecordSetting[]): Promise<void>;
  /** Whether it was asked again in vain: what it says meanwhile is why. */
  isInDoubt(setting: RecordSetting): boolean;
  /** Notes that something is written for the record's answer. */
  actedOn(setting: RecordSetting): void;
  /** Ends all requests. Rejects with what a bug of ours threw. */
  close(): Promise<void>;
}

export interface ReadingsOptions {
  /** Reads each service only once; otherwise it is watched. */
  readonly once: boolean;
  /** When the zone has been looked at: what a blocking query was asked before would have to be asked again. */
  readonly after: Promise<unknown>;
  readonly signal: AbortSignal;
  /** Called with the records that an answer concerns. */
  readonly onNews: (concerned: readonly RecordSetting[], news: Trigger) => void;
  /**
   * Called with the records whose service was asked again.
   *
   * @param news what its answer is to those who did not ask; `undefined` if it says what was known.
   */
  readonly onAskedAgain: (concerned: readonly RecordSetting[], news: News | undefined) => void;
  /** Called when a bug of ours has ended the reading of a service. */
  readonly onCrash: () => void;
}

type Reading = Answer | SourceError | DeadlineError;

/** A query, and the records that ask it. */
interface Asked {
  readonly query: ServiceQuery;
  readonly concerned: readonly RecordSetting[];
}

/** Begins to read the services of some records. */
export function serviceReadings(
  records: readonly RecordSetting[],
  ports: WatchPorts,
  { once, after, signal, onNews, onAskedAgain, onCrash }: ReadingsOptions,
): ServiceReadings {
  const { clock } = ports;
  const closing = new AbortController();
  const until = AbortSignal.any([signal, closing.signal]);
  // Every service listens to it.
  setMaxListeners(0, until);
  const readings = new Map<string, Reading>();
  const inDoubt = new Set<string>();
  const asking = new Map<string, Promise<void>>();
  let bug: unknown;
  /** When a source that was lost came back. */
  const backAt = new Map<string, number>();
  /** The last answer of the leader that has an index. */
  const leaders = new Map<string, Answer>();
  /** The index of the newest answer that something was written for. */
  const actedOn = new Map<string, number>();

  const queries = byQuery(records);
  let onAnswered = () => {};
  const answered = new Promise<void>((resolve) => {
    onAnswered = resolve;
  });
  const following = [...queries].map(async ([key, { query, concerned }]) => {
    const note = (reading: Reading) => {
      const last = readings.get(key);
      if (isOvertakenBy(reading, last)) return;
      readings.set(key, reading);
      if (last instanceof Error && !(reading instanceof Error)) backAt.set(key, clock.now());
      if (readings.size === queries.size) onAnswered();
      if (!last) onNews(concerned, 'invocation');
      else if (reading instanceof Error) onNews(concerned, 'source-lost');
      else if (last instanceof Error) onNews(concerned, 'source-back');
      // With another index, it may say again what another writer saw change in between.
      else if (last.index !== reading.index || !isSameAnswer(last, reading)) onNews(concerned, 'change');
    };
    try {
      if (once) note(await readService(ports, query, until));
      else await watchService(ports, query, { signal: until, after }, note);
    } catch (error) {
      noteBug(error);
    }
  });

  function noteBug(error: unknown): void {
    bug ??= error;
    onCrash();
  }

  async function ask(key: string, { query, concerned }: Asked): Promise<void> {
    const before = readings.get(key);
    const reading = await readService(ports, ofLeader(query), until);
    asking.delete(key);
    const last = readings.get(key);
    if (reading instanceof Error) {
      inDoubt.add(key);
      readings.set(key, reading);
      onAskedAgain(concerned, 'source-lost');
      return;
    }
    inDoubt.delete(key);
    if (last instanceof Error) backAt.set(key, clock.now());
    // Meanwhile the watch may have heard of more. (Otherwise the leader is believed: an index may go backwards.)
    const isOvertaken = last !== before && isOlder(reading, last);
    const newest = isOvertaken ? { ...last, askedAt: reading.askedAt } : reading;
    readings.set(key, { ...newest, heardAt: clock.now(), isFromLeader: true });
    if (reading.index !== undefined) leaders.set(key, reading);
    onAskedAgain(concerned, isSameAnswer(last, newest) ? undefined : 'change');
  }

  return {
    answered,
    has: (setting) => readings.has(queryKey(setting)),
    of(setting) {
      const reading =
        readings.get(queryKey(setting)) ?? new DeadlineError(`reading "${setting.query.service}"`);
      if (reading instanceof Error) return { known: false, objection: objectionFrom(reading) };
      return { known: true, value: reading.instances };
    },
    isNewEnough(setting, moment) {
      const reading = readings.get(queryKey(setting));
      if (!reading || reading instanceof Error) return false;
      if (reading.isFromLeader) return reading.askedAt > moment;
      if ((reading.index ?? 0) < (actedOn.get(queryKey(setting)) ?? 0)) return false;
      if (setting.query.consistency !== 'stale' || moment === Number.NEGATIVE_INFINITY)
        return reading.askedAt > moment;
      // A server that is not the leader may not know yet what another writer knew, unless it knows what the leader did.
      const leader = leaders.get(queryKey(setting));
      return (
        leader !== undefined &&
        leader.askedAt > moment &&
        reading.index !== undefined &&
        !isOlder(reading, leader)
      );
    },
    heardAt(setting) {
      const reading = readings.get(queryKey(setting));
      return !reading || reading instanceof Error ? Number.NEGATIVE_INFINITY : reading.heardAt;
    },
    soundFor(setting) {
      return clock.now() - (backAt.get(queryKey(setting)) ?? Number.NEGATIVE_INFINITY);
    },
    async askAgain(settings) {
      const all = [...new Set(settings.map(queryKey))].map((key) => {
        const known = queries.get(key);
        const pending = asking.get(key) ?? (known && ask(key, known).catch(noteBug));
        if (pending) asking.set(key, pending);
        return pending;
      });
      await Promise.all(all);
    },
    isInDoubt: (setting) => inDoubt.has(queryKey(setting)),
    actedOn(setting) {
      const reading = readings.get(queryKey(setting));
      if (reading && !(reading instanceof Error)) actedOn.set(queryKey(setting), reading.index ?? 0);
    },
    async close() {
      closing.abort();
      await Promise.all([...following, ...asking.values()]);
      if (bug !== undefined) throw bug;
    },
  };
}

/** Any server may be behind the leader; the other two consistencies are the leader's. */
function ofLeader(query: ServiceQuery): ServiceQuery {
  return query.consistency === 'stale' ? { ...query, consistency: 'default' } : query;
}

/** Whether an answer was on its way while the leader was asked, who knew more. */
function isOvertakenBy(reading: Reading, last: Reading | undefined): boolean {
  if (reading instanceof Error || !isOlder(reading, last)) return false;
  return last.isFromLeader === true && reading.askedAt < last.askedAt;
}

/** Whether Consul gave an answer before another one, by its index. */
function isOlder(left: Reading, right: Reading | undefined): right is Answer {
  if (!right || right instanceof Error || left instanceof Error) return false;
  return left.index !== undefined && right.index !== undefined && left.index < right.index;
}

/** What the records ask Consul for, each query once, with the records that ask it. */
function byQuery(records: readonly RecordSetting[]): ReadonlyMap<string, Asked> {
  const queries = new Map<string, { readonly query: ServiceQuery; readonly concerned: RecordSetting[] }>();
  for (const setting of records) {
    const known = queries.get(queryKey(setting));
    if (known) known.concerned.push(setting);
    else queries.set(queryKey(setting), { query: setting.query, concerned: [setting] });
  }
  return queries;
}

/** Each decision asks for it several times. */
const keys = new WeakMap<ServiceQuery, string>();

/** Equal for records with the same query. */
function queryKey({ query }: RecordSetting): string {
  const key = keys.get(query) ?? JSON.stringify(query);
  keys.set(query, key);
  return key;
}
