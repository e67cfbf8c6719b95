import type { RecordName } from '../domain/record-name.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { type Decision, decide, hasWork } from '../plan/decide.ts';
import { agenda, type Item, type Items, isUnseen } from './agenda.ts';
import { type CarriedOut, carryOut, withPostponed } from './carry-out.ts';
import { denials } from './denials.ts';
import { doorbell } from './doorbell.ts';
import { followUps } from './follow-ups.ts';
import { paced, pacedIfOutOfTime, pacedWork } from './paced.ts';
import { passOf } from './pass.ts';
import type { ReconcileOptions, ReconcilePorts } from './reconcile-options.ts';
import { serviceReadings } from './service-readings.ts';
import { standByFrom } from './stand-by.ts';
import { strictClock } from './strict-clock.ts';
import { zoneKnowledge } from './zone-knowledge.ts';

/** Milliseconds within which a lost race is run again, by chance, so that two who lose do not meet again. */
const AGAIN = 50;

/** Milliseconds for which the first look at the zone waits for Consul. */
const HEAD_START = 100;

/** Milliseconds after which an answer of Consul is too old to be written. */
const OLD = 2_500;

/** Milliseconds from which a change counts as slow. */
const SLOW = 1_000;

/** Milliseconds between two looks at what others have edited, in a window longer than a schedule's; the longest sleep. */
const LOOK = { every: 60_000, longWindow: 75_000 };

/**
 * Keeps the records of one hosted zone equal to what Consul says, until its time is over.
 *
 *  1. Read each service on its own, and the zone once.
 *  2. As soon as there are news of a service, decide about its records: desired, plan, guards. Pure.
 *  3. Make sure that the answer is not older than what another writer wrote, and otherwise ask again.
 *  4. Write what the guards approve, if the zone's revision is still the one that is known; otherwise read and decide anew.
 *
 * The first answer of a service is news like any other. A record that Route 53 failed is read and tried again; a service
 * that Consul failed is held. News that came before the end are still acted on.
 *
 * @param records of one zone and one owner.
 * @returns when no request, timer or write is left. Throws only what is a bug of ours.
 */
export async function reconcile(
  records: readonly RecordSetting[],
  ports: ReconcilePorts,
  options: ReconcileOptions,
): Promise<void> {
  const loop = openLoop(records, ports, options);
  try {
    await loop.run();
  } finally {
    await loop.close();
  }
}

function openLoop(
  records: readonly RecordSetting[],
  ports: ReconcilePorts,
  { action, force, length, signal, windowEnd, onPass }: ReconcileOptions,
) {
  const { clock, random, budget } = ports;
  const began = clock.now();
  const once = length <= 0;
  const end = began + length;
  let isBroken = false;
  const bell = doorbell(clock);
  const todo = agenda();
  const next = followUps(todo, ports);
  const denied = denials();
  const undecided = new Set(records.map(({ name }) => name));
  // What was known before what must never be in doubt.
  const strict = { ...ports, clock: strictClock(clock) };
  const zone = zoneKnowledge(strict, records[0]?.owner ?? '', signal, (at) =>
    budget.othersTook(at, clock.now()),
  );
  const standBy = standByFrom(once ? undefined : began, { todo, clock, zone });
  const waiting = pacedWork(todo, budget, standBy.pacedDue);
  let onLooked = () => {};
  const looked = new Promise<void>((resolve) => (onLooked = resolve));

  windowEnd?.addEventListener('abort', bell.ring);
  signal.addEventListener('abort', bell.ring);

  const readings = serviceReadings(records, strict, {
    once,
    after: looked,
    signal,
    onNews(concerned, news) {
      const now = clock.now();
      for (const { name } of concerned) {
        if (standBy.isOn(now) && !waiting.has(name))
          todo.addLater({ name, trigger: news, since: now, due: standBy.newsDue(now) });
        else todo.addNews(name, news, now);
      }
      bell.ring();
    },
    onAskedAgain(concerned, news) {
      const now = clock.now();
      // Whoever waits for the answer goes on, however it turned out.
      for (const { name } of concerned)
        if (
          !todo.resume(name, waiting.goesOnAt(name, now), news === 'source-lost' ? news : undefined) &&
          news
        )
          todo.addNews(name, news, now);
      bell.ring();
    },
    onCrash() {
      isBroken = true;
      bell.ring();
    },
  });

  /**
   * Reads the zone, after the first answers if they come soon: then it is known at once whether there is something to do.
   */
  async function firstLook(): Promise<void> {
    const answered = new AbortController();
    readings.answered.then(() => answered.abort('answered'));
    await clock.sleep(HEAD_START, AbortSignal.any([answered.signal, signal]));
    await zone.learn(records.map(({ name }) => name));
    onLooked();
  }

  function isOver(now: number): boolean {
    if (signal.aborted || isBroken) return true;
    if (once) return undecided.size === 0 && todo.isEmpty;
    const isTimeUp = now >= end || windowEnd?.aborted === true;
    return isTimeUp && [...undecided].every(waiting.isQueued);
  }

  function decideOn(setting: RecordSetting, instances = readings.of(setting)): Decision {
    const delays = next.delaysOf(setting.name);
    const own = { force, now: clock.epoch(), soundFor: readings.soundFor(setting), delays };
    const decision = decide(setting, instances, zone.of(setting.name), own);
    return waiting.has(setting.name) ? pacedIfOutOfTime(decision) : decision;
  }

  /** @param isLast whether this is the last pass, which waits for what it asks Consul again. */
  async function pass(taken: readonly Item[], isLast = false): Promise<void> {
    const startedAt = clock.now();
    const isMet = startedAt < standBy.metUntil;
    const items = isMet && !isLast ? waiting.leave(taken, standBy.metUntil) : taken;
    const mayBeDone = standBy.isOn(startedAt) && (isLast || items.some(isUnseen));
    if (mayBeDone) await zone.check();
    const itemOf = new Map(items.map((item) => [item.name, item]));
    const sinceOf = ({ setting }: Decision) => itemOf.get(setting.name)?.since ?? clock.now();
    const settled: Decision[] = [];
    let open = records.filter(({ name }) => itemOf.has(name));
    while (open.length > 0) {
      await zone.learn(open.map(({ name }) => name));
      let decisions = open.map((setting) => decideOn(setting));
      if (isLast) {
        settled.push(...decisions.filter(isQueued).map(paced));
        decisions = decisions.filter((decision) => !isQueued(decision));
      }
      const isAtWork = mayBeDone && zone.rivalSince >= startedAt && decisions.some(hasWork);
      const result = await write(
        isLast
          ? await decideAtLast(decisions, itemOf)
          : readyOf(isAtWork ? standBy.giveWay(decisions, itemOf) : decisions, itemOf),
      );
      settled.push(...result.settled);
      const left = isLast || clock.now() >= standBy.metUntil ? [] : result.lost.filter(isQueued);
      open = result.lost.filter((decision) => !left.includes(decision)).map(({ setting }) => setting);
      if (open.length > 0) await clock.sleep(AGAIN * random(), signal);
      if (isLast && signal.aborted) settled.push(...result.postponed.map(paced));
      else if (isLast && result.postponed.length > 0) {
        await clock.sleep(result.readyAt - clock.now(), signal);
        open.push(...result.postponed.map(({ setting }) => setting));
      } else
        for (const decision of result.postponed)
          waiting.putOff(decision, itemOf, result.readyAt, clock.now());
      for (const decision of left) waiting.putOff(decision, itemOf, standBy.metUntil, clock.now());
    }
    for (const decision of settled) {
      undecided.delete(decision.setting.name);
      waiting.delete(decision.setting.name);
      if (!once) next.note(decision, sinceOf(decision), readings.isInDoubt(decision.setting));
    }
    if (settled.length > 0) onPass(passOf(items, settled, clock.now()));
  }

  /** Whether a change waits for its turn, so that it can be left to the next invocation. */
  function isQueued(decision: Decision): boolean {
    return decision.urgency > 0 && hasWork(decision) && waiting.isQueued(decision.setting.name);
  }

  /** Asks Consul again where it must. @returns the others: whose service is asked comes back, and delays nobody. */
  function readyOf(decisions: readonly Decision[], itemOf: Items): readonly Decision[] {
    const admitted = action === 'plan' ? decisions : waiting.admit(decisions, itemOf, clock.now());
    const old = admitted.filter((decision) => isTooOld(decision, itemOf));
    for (const { setting } of old) {
      const item = itemOf.get(setting.name);
      if (item) todo.postpone(item);
    }
    readings.askAgain(old.map(({ setting }) => setting));
    return admitted.filter((decision) => !old.includes(decision));
  }

  /** The same, but waits for the answers, as nothing comes back after the last pass. */
  async function decideAtLast(decisions: readonly Decision[], itemOf: Items): Promise<readonly Decision[]> {
    let old = decisions.filter((decision) => isTooOld(decision, itemOf));
    // Twice, where another writer was met after the first question.
    for (; old.length > 0; old = old.map(({ setting }) => decideOn(setting)).filter((each) => isTooOld(each)))
      await readings.askAgain(old.map(({ setting }) => setting));
    return decisions.map(({ setting }) => decideOn(setting));
  }

  /** Whether Consul must be asked again before anything is written for the record. */
  function isTooOld(decision: Decision, itemOf?: Items): boolean {
    const { setting } = decision;
    if (action === 'plan') return false;
    if (readings.isInDoubt(setting) && itemOf?.get(setting.name)?.trigger === 'retry') return true;
    // What may never be published is taken out whatever Consul says.
    if (!hasWork(decision) || !readings.of(setting).known) return false;
    const isOld = clock.now() - readings.heardAt(setting) > OLD;
    return isOld || !readings.isNewEnough(setting, zone.foreignSince);
  }

  /** @param decisions that were just made. */
  async function write(decisions: readonly Decision[]): Promise<CarriedOut> {
    const answers = new Map(decisions.map(({ setting }) => [setting, readings.of(setting)]));
    if (action === 'plan')
      return { settled: decisions, lost: [], postponed: [], readyAt: Number.POSITIVE_INFINITY };
    const { generation } = zone;
    const work = decisions.filter(hasWork);
    for (const { setting } of work) readings.actedOn(setting);
    // On the same answer, since what has come meanwhile may be older.
    const redecide = ({ setting }: Decision) => decideOn(setting, answers.get(setting));
    const sentAt = clock.now();
    const result = await carryOut(work, { zone, budget, clock, denials: denied, redecide });
    if (clock.now() - sentAt > SLOW) confirm(result.settled.filter(hasWork).map(({ setting }) => setting));
    const idle = decisions.filter((decision) => !hasWork(decision));
    // Where there seems to be nothing to do, another writer may have changed the name since it was read.
    const unchecked = idle.filter(
      ({ setting, verdict }) => verdict.decision === 'approve' && readings.heardAt(setting) > zone.checkedAt,
    );
    const wait = unchecked.length > 0 && zone.generation === generation ? zone.checkWait : 0;
    if (wait > 0) return withPostponed(result, idle, unchecked, clock.now() + wait);
    if (unchecked.length > 0) await zone.check();
    if (zone.generation !== generation) return { ...result, lost: [...result.lost, ...idle] };
    return { ...result, settled: [...idle, ...result.settled] };
  }

  /** What was so long on its way may rest on what is no longer so, and others have found nothing to do meanwhile. */
  function confirm(settings: readonly RecordSetting[]): void {
    const since = clock.now();
    for (const { name } of settings) todo.postpone({ name, trigger: 'slow-change', since, due: since });
    readings.askAgain(settings);
  }

  return {
    async run(): Promise<void> {
      await firstLook();
      let nextLook = length > LOOK.longWindow ? began + LOOK.every : Number.POSITIVE_INFINITY;
      for (let now = clock.now(); !isOver(now); now = clock.now()) {
        if (now >= nextLook) {
          nextLook += LOOK.every;
          zone.forget();
          for (const { name } of records.filter(readings.has))
            todo.addLater({ name, trigger: 'look', since: now, due: now });
        }
        if (todo.due <= now) await pass(todo.take(now));
        else await bell.wait(Math.min(todo.due, nextLook, end > now ? end : now + LOOK.every) - now);
      }
      // What arrived in the last moment, or waits for Consul, is not left to the next invocation; what was never heard of
      // is told of.
      const now = clock.now();
      for (const { name } of records) todo.resume(name, now);
      const late = signal.aborted ? [] : todo.take(now + standBy.longest);
      const isLate = (name: RecordName) => late.some((item) => item.name === name);
      const untold = records
        .filter(({ name }) => (undecided.has(name) || waiting.has(name)) && !isLate(name))
        .map(({ name }): Item => ({ name, trigger: 'invocation', since: now, due: now }));
      if (!isBroken && late.length + untold.length > 0) await pass([...late, ...untold], true);
    },
    async close(): Promise<void> {
      signal.removeEventListener('abort', bell.ring);
      windowEnd?.removeEventListener('abort', bell.ring);
      onLooked();
      await readings.close();
    },
  };
}
