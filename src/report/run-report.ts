import type { Address, RecordType } from '../domain/address.ts';
import type { InstanceStatus } from '../domain/instance.ts';
import type { RecordName } from '../domain/record-name.ts';
import type { Change } from '../domain/record-set.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { HoldCause, Reason } from '../plan/reasons.ts';

/** From best to worst; a run takes the worst of its records. */
export const OUTCOMES = ['unchanged', 'changed', 'planned', 'held', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why an instance is in or out of the record. */
export interface InstanceReport {
  readonly node: string;
  /** As registered in Consul. */
  readonly address: string;
  readonly status: InstanceStatus;
  /** Whether its address is in Route 53 after the run. */
  readonly published: boolean;
  readonly why: string;
}

/** One change in Route 53's terms, with its message in words. TTL in seconds. */
export interface ChangeReport {
  readonly action: Change['action'];
  readonly values: readonly string[];
  readonly ttl?: number;
  readonly setIdentifier?: string;
  readonly message: string;
}

/** Why some addresses stay, or do not come yet, while the others follow. */
export interface HoldReport {
  readonly reason: Reason;
  readonly cause?: HoldCause;
  readonly addresses: readonly Address[];
}

/** What happened to one record, that is to one type at one name. */
export interface RecordReport {
  readonly service: string;
  readonly name: RecordName;
  readonly type: RecordType;
  /** The hosted zone that holds it. */
  readonly zoneId: string;
  readonly outcome: Outcome;
  readonly reason?: Reason;
  /** What exactly is wrong, where that is known. */
  readonly cause?: HoldCause;
  /** What happened and why, as a sentence. */
  readonly message: string;
  /** What to do about it; present whenever there is a reason. */
  readonly remedy?: string;
  /** All that is held at the name, the worst first; `reason` is that of the first. */
  readonly holds?: readonly HoldReport[];
  /** The addresses in Route 53 after the run, as many as it has room for; `null` if they could not be read. */
  readonly published: readonly Address[] | null;
  /** The addresses that should be published; `null` if that could not be found out. */
  readonly desired: readonly Address[] | null;
  /** The addresses that Route 53 would have: only for the action `plan`, and where they would change. */
  readonly planned?: readonly Address[];
  /** What was noted, or would be, of who keeps the name and of what vanished. */
  readonly registration?: string;
  /** What was changed or, with the outcome `planned`, would be, of the addresses; the last ones. */
  readonly changes: readonly ChangeReport[];
  /** How many changes are left out. */
  readonly moreChanges?: number;
  /** How many instances were left out since their addresses must not be published: the most at one time. Absent for none. */
  readonly notAllowed?: number;
  /** Where there are many, first those that are out. */
  readonly instances: readonly InstanceReport[];
  /** How many instances are left out. */
  readonly moreInstances?: number;
}

/** One pass over a hosted zone: over all its records at the start, later over those that were concerned. */
export interface PassReport {
  readonly zoneId: string;
  readonly wokenBy: readonly Trigger[];
  readonly outcome: Outcome;
  /** From the arrival of Consul's answer to Route 53's accepting the change; only where something changed. */
  readonly reactionMs?: number;
  readonly records: readonly RecordReport[];
}

/** One pass in the result of a run: its records by name, their reports being those of the run. */
export interface PassSummary extends Omit<PassReport, 'records'> {
  /** The names of the records that it changed. */
  readonly changed: readonly RecordName[];
}

/** What a run did: the function's result. */
export interface RunReport {
  readonly action: 'apply' | 'plan';
  readonly outcome: Outcome;
  /**
   * Each record as the run left it, in the order of the settings. Its changes are those of all passes, its outcome
   * `changed` if there were any.
   */
  readonly records: readonly RecordReport[];
  /** How many records are left out, as all would be more than a result may have. */
  readonly moreRecords?: number;
  /** Those of all zones, in the order in which they ended; the last ones. */
  readonly passes: readonly PassSummary[];
}

/** Whether the records are in several zones, so that a name alone does not say which record is meant. */
export function inSeveralZones(records: readonly { readonly zoneId: string }[]): boolean {
  return records.some(({ zoneId }) => zoneId !== records[0]?.zoneId);
}

/** The worst of some outcomes; `unchanged` if there are none. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  return OUTCOMES.findLast((outcome) => outcomes.includes(outcome)) ?? 'unchanged';
}
