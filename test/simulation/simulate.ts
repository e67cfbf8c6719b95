import type { Change } from '../../emulators/route53/model.ts';
import { HostedZone } from '../../emulators/route53/zones.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { recordSetting } from '../support/records.ts';
import { SimulatedConsul } from './consul.ts';
import { Excuses } from './excuses.ts';
import { Fleet } from './fleet.ts';
import { FORBIDDEN } from './forbidden.ts';
import { aSet, editByHand } from './hands.ts';
import { addressesAt, checkBatch, describe, type Invariant, isPurge, type Violation } from './invariants.ts';
import { type Sabotage, SimulatedLambda, type Surroundings } from './lambda.ts';
import { Network, type Weather } from './network.ts';
import { type Random, seeded } from './random.ts';
import { type ApiEvent, SimulatedRoute53 } from './route53.ts';
import { Timeline } from './timeline.ts';
import { trouble } from './troubles.ts';

const NAME = 'rdsproxy.corp.internal.';

/** Milliseconds: long enough for two windows, and for what is left of a trouble in the second one. */
const LENGTH = 96_000;

/** When things happen: while the first window opens, and while it is on stand-by and the next one opens. */
const LIVELY: readonly (readonly [from: number, to: number])[] = [
  [0, 6_000],
  [57_000, 72_000],
];

/**
 * Within how many milliseconds the record follows Consul while nothing is wrong: a second, or two where every message
 * takes up to 120 ms and a lost race is several of them.
 */
const PROMISES = [
  { latency: [1, 20], within: 1_000 },
  { latency: [20, 120], within: 2_000 },
] as const;

export interface Outcome {
  readonly seed: number;
  /** The first promise that did not hold. */
  readonly violation: Violation | undefined;
  /** What there was of each, so that a simulation in which nothing happens is noticed. */
  readonly counts: Counts;
  /** Each batch that was carried out, with its time. */
  readonly trace: readonly string[];
}

export interface Counts {
  flips: number;
  batches: number;
  rejected: number;
  troubles: number;
  edits: number;
  byHand: number;
}

/**
 * One schedule: the real loop, planner, guards and record store, while chance decides what Consul, Route 53, the network,
 * Lambda, an operator and another owner do. The same seed gives the same schedule, to the letter.
 *
 * @param sabotage something wrong that the simulation is to find.
 */
export async function simulate(seed: number, sabotage: Sabotage = {}): Promise<Outcome> {
  const random = seeded(seed);
  const timeline = new Timeline();
  const trace: string[] = [];
  const counts: Counts = { flips: 0, batches: 0, rejected: 0, troubles: 0, edits: 0, byHand: 0 };
  let violation: Violation | undefined;
  const violate = (invariant: Invariant, what: string) => {
    violation ??= { invariant, at: timeline.now, what };
  };

  const { latency, within } = random.pick<(typeof PROMISES)[number]>(PROMISES);
  const fair: Weather = { latency, lost: 0, twice: 0, late: { probability: 0, by: [0, 0] } };
  const ways = [new Network(timeline, random, fair), new Network(timeline, random, fair)] as const;
  const isStale = random.chance(0.25);
  const lags = isStale ? [random.between(10, 800), random.between(10, 800)] : [];
  const promise = within + Math.max(0, ...lags);
  const zone = new HostedZone({ id: 'Z1', name: 'corp.internal', private: true, callerReference: 'S' });
  const consul = new SimulatedConsul(timeline, random, ways[0], lags);
  const fleet = new Fleet(random, consul);
  const minHealthy = random.whole(1, 2);
  /** Milliseconds for which what has vanished is kept. */
  const hold = 1_000 * random.pick([600, 30]);

  let changedAt = 0;
  /** Until when a forced apply may be on its way. */
  let forcedUntil = Number.NEGATIVE_INFINITY;
  let editedAt = Number.NEGATIVE_INFINITY;
  /** Who has not looked at the zone since somebody edited it. */
  const unseenBy = new Set<SimulatedLambda>();
  const publishedNow = () => addressesAt(NAME, zone.recordSets());
  const note = (published = publishedNow()) => fleet.note(timeline.now, published, minHealthy);
  const check = () => {
    const since = Math.max(changedAt, excuses.soundSince);
    if (timeline.now - since < promise) return;
    const published = publishedNow();
    const isForbidden = zone.recordSets().some(({ values }) => values.includes(FORBIDDEN));
    // Somebody may have taken out the memory of a hold, and nobody can know before the next look.
    const soundSince = Math.max(excuses.soundSince, editedAt + promise);
    const complaint = isForbidden
      ? `${FORBIDDEN} is there`
      : fleet.complaint(published, { minHealthy, hold, now: timeline.now, soundSince });
    if (complaint) violate('the record follows within its time', `has ${published.join()}: ${complaint}`);
  };
  const excuses = new Excuses(timeline, (since) => timeline.after(since - timeline.now + promise, check));

  /** What each revision rests on, and the newest of those that were accepted, by owner. */
  const restsOn = new Map<string, number>();
  const newest = new Map<string, number>();
  const lost = new Set<string>();
  const checkOrder = (changes: readonly Change[]) => {
    const revisions = changes.filter(
      ({ action, recordSet }) => action === 'CREATE' && restsOn.has(recordSet.values.join()),
    );
    for (const { recordSet } of revisions) {
      const index = restsOn.get(recordSet.values.join()) ?? 0;
      // While a registry record that was removed by hand is missing, two owners may take the name for theirs.
      const before = unseenBy.size > 0 ? [newest.get(recordSet.setIdentifier ?? '') ?? 0] : newest.values();
      const last = Math.max(0, ...before);
      if (index < last)
        violate('a write never rests on older news than the one before', `${index} after ${last}`);
      newest.set(recordSet.setIdentifier ?? '', Math.max(last, index));
    }
  };
  const onEvent = (event: ApiEvent) => {
    if (event.kind === 'throttled') violate('requests and changes stay within their budgets', 'throttled');
    if (event.kind === 'rejected') counts.rejected++;
    if (event.kind !== 'changed') return;
    counts.batches++;
    trace.push(`${timeline.now} ${describe(event.changes)}`);
    const found = checkBatch(NAME, event.changes, event.before, zone.recordSets(), {
      wasHealthy: (address) => fleet.wasHealthy.has(address),
      // An operator may have said that it is meant, and nobody counts what was taken out by hand before the next look.
      isLoss: (address) =>
        timeline.now >= forcedUntil && unseenBy.size === 0 && fleet.isLoss(address, timeline.now),
      lost,
    });
    for (const { invariant, what } of found) violate(invariant, what);
    if (!isPurge(NAME, event.changes)) checkOrder(event.changes);
    note(addressesAt(NAME, event.before));
    note();
    check();
  };
  const route53 = new SimulatedRoute53(zone, timeline, random, ways[1], onEvent);
  for (const number of [1, 2])
    if (random.chance(0.3)) zone.put(aSet(NAME, `10.9.9.${number}`, `somebody-${number}`));

  const surroundings: Surroundings = {
    ...{ timeline, random, consul, route53, sabotage },
    onWrite: (revision, index) => restsOn.set(revision, index),
    onInvocation(lambda, isBegun) {
      excuses.note('no window', lambdas?.some(({ isWatching }) => !isWatching) ?? true);
      // A window begins with a look at the zone, unless it is ended at once.
      if (isBegun) unseenBy.delete(lambda);
      else if (editedAt > 0) unseenBy.add(lambda);
      excuses.note('edit', unseenBy.size > 0);
    },
    onPass({ decisions }) {
      for (const { verdict } of decisions) {
        if (verdict.decision !== 'fail') continue;
        if (verdict.reason === 'rejected' && timeline.now - editedAt > 10_000)
          violate('a lost race is never reported as failed', verdict.message);
        if (excuses.soundSince < timeline.now) violate('what fails has a reason', JSON.stringify(verdict));
      }
    },
    onCrash: (error) => violate('a run never crashes', String(error)),
  };
  const lambdas = startLambdas(random, surroundings, {
    ...{ zoneId: zone.id, minHealthy, vanishedHoldSeconds: hold / 1_000 },
    query: { service: 'rdsproxy', ...(isStale && { consistency: 'stale' as const }) },
  });

  const mean = random.between(700, 8_000);
  const parts = { timeline, random, excuses, consul, route53, lambdas, ways, fair };
  for (const [from, to] of LIVELY) {
    for (let at = from + random.wait(mean); at < to; at += random.wait(mean))
      timeline.after(at, () => {
        counts.flips++;
        note();
        fleet.change();
        note();
        changedAt = timeline.now;
        timeline.after(promise, check);
        timeline.after(hold + promise + 2_000, check);
      });
    const happens = (probability: number, act: () => void) => {
      if (random.chance(probability)) timeline.after(random.between(from, to), act);
    };
    happens(0.5, () => {
      counts.troubles++;
      trouble(parts);
    });
    happens(0.3, () => {
      counts.edits++;
      editedAt = timeline.now;
      for (const lambda of lambdas) unseenBy.add(lambda);
      excuses.note('edit', true);
      editByHand(random, zone, NAME, fleet.someAddress);
      // The memory of what was lost may be gone.
      lost.clear();
    });
    for (const _ of [1, 2])
      happens(0.3, () => {
        counts.byHand++;
        const isForced = random.chance(0.5);
        if (isForced) forcedUntil = timeline.now + 80_000;
        lambdas[0].apply(isForced);
      });
  }

  await timeline.run(LENGTH, () => violation !== undefined);
  for (const lambda of lambdas) lambda.close();
  return { seed, violation, counts, trace };
}

/** Our deployment, and at times another one, which wants the same name and may take it over. */
function startLambdas(
  random: Random,
  surroundings: Surroundings,
  own: Pick<RecordSetting, 'zoneId' | 'minHealthy' | 'vanishedHoldSeconds' | 'query'>,
): readonly [SimulatedLambda, ...SimulatedLambda[]] {
  const ours = new SimulatedLambda(surroundings, recordSetting({ ...own, owner: 'ours' }));
  if (!random.chance(0.2)) return [ours];
  const onConflict = random.pick(['refuse', 'replace'] as const);
  return [ours, new SimulatedLambda(surroundings, recordSetting({ ...own, owner: 'theirs', onConflict }))];
}
