import type { Trigger } from '../domain/trigger.ts';
import { type Decision, hasWork } from '../plan/decide.ts';
import type { Item } from './agenda.ts';

/** What was decided and done at one go, and why. */
export interface Pass {
  readonly wokenBy: readonly Trigger[];
  /** Milliseconds from the arrival of Consul's answer to Route 53's accepting the change; absent without a change. */
  readonly reaction?: number;
  readonly decisions: readonly Decision[];
}

/**
 * A pass that ended.
 *
 * @param items why there was one; those of records that were not decided about are passed over.
 * @param now when it ended, in milliseconds.
 */
export function passOf(items: readonly Item[], decisions: readonly Decision[], now: number): Pass {
  const changed = new Map(decisions.map((decision) => [decision.setting.name, hasWork(decision)]));
  const decided = items.filter(({ name }) => changed.has(name));
  const wokenBy = [...new Set(decided.map(({ trigger }) => trigger))];
  const since = decided.filter(({ name }) => changed.get(name)).map((item) => item.since);
  const isTimed = since.length > 0 && !wokenBy.includes('invocation');
  return { wokenBy, ...(isTimed && { reaction: now - Math.min(...since) }), decisions };
}
