import { isDeepStrictEqual } from 'node:util';
import { processClock } from '../../handlers/process-clock.ts';
import { listed } from '../../src/domain/printable.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { DeadlineError, RecordStoreError } from '../../src/errors.ts';
import { type Route53Budget, route53Budget } from '../../src/pacing/route53-budget.ts';
import { groupIntoBatches, REVISION_TOKENS, tokensOf } from '../../src/plan/batches.ts';
import { findRevision } from '../../src/plan/ownership.ts';
import type { ZoneKnowledge } from '../../src/reconcile/zone-knowledge.ts';
import { type KeptName, keptNames } from '../names/kept-names.ts';
import type { ListedZone } from '../names/zones.ts';

/** What became of a name. */
export interface HandedBack {
  readonly name: KeptName;
  /** Why it was not removed; absent if it was. */
  readonly problem?: string;
}

export interface HandBackOptions {
  readonly owner: string;
  /** The settings by which the names were judged when they were shown. */
  readonly records: readonly RecordSetting[];
  readonly signal: AbortSignal;
}

/** So often it is tried again where a writer was faster: the function may be at work in the same zone. */
const TRIES = 8;

/**
 * Takes names out of a zone, with all that is the owner's at them. Each request is a compare-and-swap like the function's:
 * it replaces the owner's revision, and deletes by exact values. So it removes what was shown, or nothing.
 *
 * @returns what became of each name, in their order.
 */
export async function handBack(
  zone: ListedZone,
  names: readonly KeptName[],
  options: HandBackOptions,
): Promise<readonly HandedBack[]> {
  const knowledge = zone.open(options.owner);
  const budget = route53Budget();
  const results: HandedBack[] = [];
  for (const group of groupIntoBatches(names, ({ removal }) => removal))
    results.push(...(await attempt(group, knowledge, budget, options)));
  return results;
}

async function attempt(
  group: readonly KeptName[],
  knowledge: ZoneKnowledge,
  budget: Route53Budget,
  options: HandBackOptions,
): Promise<readonly HandedBack[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    await knowledge.learn(group.map(({ name }) => name));
    const looked = group.map((name) => ({ name, problem: changeOf(name, knowledge, options) }));
    const same = looked.filter(({ problem }) => problem === undefined).map(({ name }) => name);
    const others = looked.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }]));
    if (same.length === 0) return others;
    const changes = same.flatMap(({ removal }) => removal);
    await inTurn(budget, tokensOf(changes) + REVISION_TOKENS, options.signal);
    const result = await knowledge.write(changes, []);
    if (result === 'made') return [...same.map((name) => ({ name })), ...others];
    if (result === 'lost') continue;
    if (group.length === 1) return same.map((name) => ({ name, problem: result.message }));
    // One that cannot be removed does not keep the others.
    const alone: HandedBack[] = [];
    for (const name of group) alone.push(...(await attempt([name], knowledge, budget, options)));
    return alone;
  }
  return group.map((name) => ({
    name,
    problem: 'another writer of this owner was faster each time: run it again',
  }));
}

/** Why a name is not what was shown any more; `undefined` if it is. */
function changeOf(
  shown: KeptName,
  knowledge: ZoneKnowledge,
  { owner, records }: HandBackOptions,
): string | undefined {
  const { zoneId, name } = shown;
  const seen = knowledge.of(name);
  if (!seen.known) return seen.objection.message;
  const [now] = keptNames(zoneId, new Map([[name, seen.value.sets]]), owner, records);
  return isDeepStrictEqual(now?.removal, shown.removal)
    ? undefined
    : 'it is not as it was shown any more: run it again';
}

async function inTurn(budget: Route53Budget, tokens: number, signal: AbortSignal): Promise<void> {
  const wait = budget.readyAt(processClock.now(), tokens, false) - processClock.now();
  if (wait > 0) await processClock.sleep(wait, signal);
  budget.take(processClock.now(), tokens);
}

/**
 * Removes the revision of an owner that keeps no name in a zone any more, so that nothing of it is left there.
 *
 * In this order: whoever takes a name after the zone was listed has replaced the revision, and this one is not there to go.
 *
 * @returns why it was not removed; `undefined` if it was, or if there was none.
 */
export async function removeRevision(
  zone: ListedZone,
  { owner, records }: Pick<HandBackOptions, 'owner' | 'records'>,
): Promise<string | undefined> {
  try {
    const revision = findRevision(await zone.revisions(), owner);
    const kept = keptNames(zone.zone.id, await zone.list(), owner, records).map(({ name }) => name);
    if (kept.length > 0) return `meanwhile it has taken ${listed(kept, ', ')}: run it again`;
    if (revision) await zone.remove([revision]);
    return undefined;
  } catch (error) {
    if (error instanceof RecordStoreError || error instanceof DeadlineError) return error.message;
    throw error;
  }
}
