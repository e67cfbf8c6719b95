import type { RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import { DeadlineError, objectionFrom, RecordStoreError } from '../errors.ts';
import { groupIntoBatches, splitChanges } from '../plan/batches.ts';
import { changesOf, type Decision } from '../plan/decide.ts';
import { requestOf } from '../plan/request.ts';
import type { RecordStore } from '../ports.ts';

/** What became of one record. */
export interface Applied {
  /** The decision that was carried out last; its verdict approves if that succeeded, and otherwise says why not. */
  readonly decision: Decision;
  /** Whether what the name holds now follows from the decision: nothing went wrong on the way. */
  readonly certain: boolean;
}

/** How often one record is planned anew after Route 53 rejected its changes. */
const MAX_REPLANS = 3;

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
 * until the rejected record stands alone; the others get their update. That record is read and planned anew, since
 * somebody else may have written in between, or an earlier answer may have been lost.
 *
 * @returns an entry for each record. Does not throw for what Route 53 does.
 */
export async function applyDecisions(
  decisions: readonly Decision[],
  context: Context,
): Promise<ReadonlyMap<RecordName, Applied>> {
  const results: Applied[] = [];
  for (const group of groupIntoBatches(decisions, requestOf)) {
    results.push(...(await applyGroup(group, context)));
  }
  return new Map(results.map((applied) => [applied.decision.setting.name, applied]));
}

async function applyGroup(group: readonly Decision[], context: Context): Promise<readonly Applied[]> {
  const { store, signal } = context;
  const [only, second] = group;
  if (only && !second) return [await applyAlone(only, context)];
  try {
    await store.apply(group.flatMap(requestOf), signal);
    return group.map((decision) => ({ decision, certain: true }));
  } catch (caught) {
    const error = knownError(caught);
    if (!mayConcernOneRecord(error)) {
      const anew = await lookAgain(group, context);
      return group.map((decision, index) => afterFailure(decision, anew?.[index], error));
    }
    const half = Math.ceil(group.length / 2);
    const first = await applyGroup(group.slice(0, half), context);
    return [...first, ...(await applyGroup(group.slice(half), context))];
  }
}

async function applyAlone(decision: Decision, context: Context, replans = 0): Promise<Applied> {
  let error: RecordStoreError | DeadlineError;
  try {
    for (const changes of splitChanges(requestOf(decision)))
      await context.store.apply(changes, context.signal);
    return { decision, certain: replans === 0 };
  } catch (caught) {
    error = knownError(caught);
  }
  const [next] = (await lookAgain([decision], context)) ?? [];
  const isRejected = error instanceof RecordStoreError && error.reason === 'rejected';
  if (!next || !isRejected || replans === MAX_REPLANS || isDone(next))
    return afterFailure(decision, next, error);
  if (next.verdict.decision !== 'approve') return { decision: next, certain: false };
  return applyAlone(next, context, replans + 1);
}

/** Decides anew from what the names hold now; `undefined` if they cannot be read. */
async function lookAgain(
  decisions: readonly Decision[],
  { store, signal, redecide }: Context,
): Promise<readonly Decision[] | undefined> {
  const names = decisions.map(({ setting }) => setting.name);
  try {
    const found = await store.read(names, signal);
    return decisions.map((decision) => redecide(decision, found.get(decision.setting.name) ?? []));
  } catch (caught) {
    knownError(caught);
    return undefined;
  }
}

/**
 * What became of a record whose request failed: that request, or an earlier try of it whose answer was lost, may have
 * been carried out all the same.
 *
 * @param anew what was decided from what the name holds now, if that could be read.
 */
function afterFailure(
  decision: Decision,
  anew: Decision | undefined,
  error: RecordStoreError | DeadlineError,
): Applied {
  const verdict = objectionFrom(error);
  if (!anew) {
    const lines = decision.lines.map((line) => ({ ...line, published: null }));
    return { decision: { ...decision, lines, verdict }, certain: false };
  }
  // Nothing left to do. The changes are made; by us, unless our only request was rejected.
  if (isDone(anew)) return { decision: wasRejectedAtOnce(error) ? anew : decision, certain: false };
  return { decision: { ...anew, verdict }, certain: false };
}

/** Whether the request was sent once and rejected, so that none of it can have been carried out. */
function wasRejectedAtOnce(error: RecordStoreError | DeadlineError): boolean {
  return error instanceof RecordStoreError && error.reason === 'rejected' && error.attempts === 1;
}

function isDone(decision: Decision): boolean {
  return decision.verdict.decision === 'approve' && changesOf(decision).length === 0;
}

/** Whether the error may concern only one of the records in a shared request. A role's rights may differ by name. */
function mayConcernOneRecord(error: RecordStoreError | DeadlineError): boolean {
  return (
    error instanceof RecordStoreError && ['rejected', 'protected', 'access-denied'].includes(error.reason)
  );
}

function knownError(error: unknown): RecordStoreError | DeadlineError {
  if (error instanceof RecordStoreError || error instanceof DeadlineError) return error;
  throw error;
}
