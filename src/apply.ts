import type { RecordName } from './domain/record-name.ts';
import type { RecordSet } from './domain/record-set.ts';
import { DeadlineError, RecordStoreError } from './errors.ts';
import { storeObjection } from './objections.ts';
import { groupIntoBatches, splitChanges } from './plan/batches.ts';
import { changesOf, type Decision } from './plan/decide.ts';
import type { RecordStore } from './ports.ts';

/** What became of one record. */
export interface Applied {
  /** The decision that was carried out last; its verdict approves if that succeeded, and otherwise says why not. */
  readonly decision: Decision;
  /** Whether what the name holds now follows from the decision: nothing went wrong on the way. */
  readonly certain: boolean;
}

/** How often one record is planned anew after Route 53 rejected its changes. */
const MOST_REPLANS = 3;

interface Context {
  readonly store: RecordStore;
  readonly signal: AbortSignal;
  /** Decides about a record again, from what its name holds now. */
  readonly redecide: (decision: Decision, current: readonly RecordSet[]) => Decision;
}

/**
 * Carries out approved decisions, in as few requests as the limits allow.
 *
 * Records share requests, and a request is all or nothing. So where Route 53 rejects a shared one, it is halved
 * until the record at fault stands alone; the others get their update. That record is read and planned anew, since
 * somebody else may have written in between, or an earlier answer may have been lost.
 *
 * @returns an entry for each record. Does not throw for what Route 53 does.
 */
export async function applyDecisions(
  decisions: readonly Decision[],
  context: Context,
): Promise<ReadonlyMap<RecordName, Applied>> {
  const results: Applied[] = [];
  for (const group of groupIntoBatches(decisions, changesOf)) {
    results.push(...(await applyGroup(group, context)));
  }
  return new Map(results.map((applied) => [applied.decision.setting.name, applied]));
}

async function applyGroup(group: readonly Decision[], context: Context): Promise<readonly Applied[]> {
  const { store, signal } = context;
  const [only, second] = group;
  if (only && !second) return [await applyAlone(only, context)];
  try {
    await store.apply(group.flatMap(changesOf), signal);
    return group.map((decision) => ({ decision, certain: true }));
  } catch (caught) {
    const error = knownError(caught);
    if (!mayConcernOneRecord(error)) return group.map((decision) => failed(decision, error));
    const half = Math.ceil(group.length / 2);
    const first = await applyGroup(group.slice(0, half), context);
    return [...first, ...(await applyGroup(group.slice(half), context))];
  }
}

async function applyAlone(decision: Decision, context: Context, replans = 0): Promise<Applied> {
  const { store, signal, redecide } = context;
  try {
    for (const changes of splitChanges(changesOf(decision))) await store.apply(changes, signal);
    return { decision, certain: replans === 0 };
  } catch (caught) {
    const error = knownError(caught);
    const isRejected = error instanceof RecordStoreError && error.fault === 'rejected';
    if (!isRejected || replans === MOST_REPLANS) return failed(decision, error);
  }
  let next: Decision;
  try {
    const { name } = decision.setting;
    next = redecide(decision, (await store.read([name], signal)).get(name) ?? []);
  } catch (caught) {
    return failed(decision, knownError(caught));
  }
  if (next.verdict.decision !== 'approve') return { decision: next, certain: false };
  // Nothing left to do: the rejected request repeated one whose answer was lost. Its changes are made, and ours.
  if (changesOf(next).length === 0) return { decision, certain: false };
  return applyAlone(next, context, replans + 1);
}

function failed(decision: Decision, error: RecordStoreError | DeadlineError): Applied {
  return { decision: { ...decision, verdict: storeObjection(error) }, certain: false };
}

/** Whether the fault may lie with one of the records in a shared request. A role's rights may differ by name. */
function mayConcernOneRecord(error: RecordStoreError | DeadlineError): boolean {
  return (
    error instanceof RecordStoreError && ['rejected', 'protected', 'access-denied'].includes(error.fault)
  );
}

function knownError(error: unknown): RecordStoreError | DeadlineError {
  if (error instanceof RecordStoreError || error instanceof DeadlineError) return error;
  throw error;
}
