import * as v from 'valibot';
import { printable } from '../domain/printable.ts';

/** The function was invoked with an event that it does not know. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** What an invocation asks for. */
export interface Request {
  readonly action: 'apply' | 'plan' | 'doctor';
  /** Overrides the guard `vanished`, once; of a plan, shows what that would change. */
  readonly force: boolean;
  /** Whether the schedule invoked the function. Then the result is not read, so a failed run must throw. */
  readonly scheduled: boolean;
}

const ManualEventSchema = v.variant('action', [
  v.strictObject({ action: v.literal('apply'), force: v.optional(v.boolean(), false) }),
  v.strictObject({ action: v.literal('plan'), force: v.optional(v.boolean(), false) }),
  v.strictObject({ action: v.literal('doctor') }),
]);

/** Every event but those of EventBridge. */
export const EVENTS: readonly string[] = [
  '{}',
  '{"action": "apply"}',
  '{"action": "apply", "force": true}',
  '{"action": "plan"}',
  '{"action": "plan", "force": true}',
  '{"action": "doctor"}',
];

const EXAMPLES = `known events are ${EVENTS.slice(0, -1).join(', ')} and ${EVENTS.at(-1)}`;

/**
 * Reads the event of an invocation: nothing at all or `{}`, an event of EventBridge, or an explicit action.
 *
 * @throws EventError for anything else, naming what is not known.
 */
export function parseEvent(event: unknown): Request {
  const nothing = { action: 'apply', force: false, scheduled: false } as const;
  if (event === undefined || event === null || event === '') return nothing;
  if (typeof event !== 'object' || Array.isArray(event)) {
    throw new EventError(`The event must be a JSON object, not ${shown(event)}; ${EXAMPLES}.`);
  }
  if (Object.keys(event).length === 0) return nothing;
  if ('detail-type' in event && 'source' in event) return { ...nothing, scheduled: true };
  const result = v.safeParse(ManualEventSchema, event);
  if (result.success) return { force: false, ...result.output, scheduled: false };
  throw new EventError(`${describe(result.issues[0], event)}; ${EXAMPLES}.`);
}

function describe(issue: v.BaseIssue<unknown>, event: object): string {
  const key = printable(String(issue.path?.at(-1)?.key ?? ''), MAX);
  if (key === 'action') {
    return 'action' in event ? `The action ${shown(event.action)} is not known` : 'The event has no action';
  }
  return key === 'force' && issue.type === 'boolean'
    ? 'The key "force" must be true or false'
    : `The key "${key}" is not known`;
}

/** Characters that are repeated of what is not known. */
const MAX = 100;

function shown(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'undefined', MAX);
}
