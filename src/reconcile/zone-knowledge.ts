import type { RecordName } from '../domain/record-name.ts';
import type { Change, RecordSet, TextRecordSet } from '../domain/record-set.ts';
import type { Zone } from '../domain/zone.ts';
import { DeadlineError, objectionFrom, RecordStoreError } from '../errors.ts';
import { tokenBucket } from '../pacing/token-bucket.ts';
import { setsAfter } from '../plan/after.ts';
import type { Observed, Published } from '../plan/decide.ts';
import type { Objection } from '../plan/guards.ts';
import { changedAt, findRevision, revisionName, revisionNumberOf, revisionSet } from '../plan/ownership.ts';
import type { Clock, RecordStore } from '../ports.ts';

/** Why a request was not carried out, as far as is known. */
export type WriteError = RecordStoreError | DeadlineError;

/**
 * How often our revision is read alone: so many times at once, then once every so many milliseconds. News that change
 * nothing ask for it, and whoever registers in Consul can make twenty a second, of an API whose limit the account shares.
 */
const CHECKS = { burst: 10, every: 400 };

/**
 * What the loop knows of its hosted zone, and the only way in which it writes: a compare-and-swap. Every batch replaces
 * our revision by the next one, so that Route 53 rejects, whole, what was planned from an older one, is late or comes
 * twice. See docs/adr/0012.
 */
export interface ZoneKnowledge {
  /**
   * Reads our revision, and the names of which nothing is known; nothing if all are known.
   *
   * What is known is forgotten if the revision turns out to be another one. Does not throw for what Route 53 does.
   */
  learn(names: readonly RecordName[]): Promise<void>;
  /** Reads our revision. If it is another one, or cannot be read, everything is forgotten. */
  check(): Promise<void>;
  /** In how many milliseconds that may be done, so that it is not done too often; 0 if it may now. */
  readonly checkWait: number;
  /** The last moment, in milliseconds, at which what is known was so for certain. */
  readonly checkedAt: number;
  /** What is known of a name that was to be learned, or why nothing is. */
  of(name: RecordName): Observed<Published>;
  /** Makes the next `learn` read these names, or all. */
  forget(names?: readonly RecordName[]): void;
  /** Another one whenever what was known of the revision turned out to be wrong: plans from before are void. */
  readonly generation: number;
  /**
   * Since when the last revision is known that another writer made, in milliseconds; -Infinity without one. What is
   * written now must rest on an answer of Consul that was asked for later, also after we have written other names.
   */
  readonly foreignSince: number;
  /** The same of our own owner's: another one keeps other names. */
  readonly rivalSince: number;
  /**
   * Makes all changes or none, if the revision is still the one that is known.
   *
   * @param formerOwners whose names are among them: their requests on the way are to be rejected, too.
   * @returns `lost` if another writer was faster; then everything is forgotten. After an error the changes are not made,
   *   or that is not known, and the names are forgotten; but not where access was denied, which changes nothing.
   */
  write(changes: readonly Change[], formerOwners: readonly string[]): Promise<'made' | 'lost' | WriteError>;
}

/**
 * @param nonce makes a text that no other writer makes.
 * @param onForeign told when another writer made the revision that was just read, in milliseconds, as far as it says so.
 */
export function zoneKnowledge(
  {
    store,
    clock,
    nonce,
  }: { readonly store: RecordStore; readonly clock: Clock; readonly nonce: () => string },
  owner: string,
  signal: AbortSignal,
  onForeign: (changedAt: number) => void = () => undefined,
): ZoneKnowledge {
  let zone: Zone | undefined;
  /** The sets at the name of the revisions, those of other owners too; `undefined` if not known. */
  let revisions: readonly RecordSet[] | undefined;
  /** The revisions that were read or written last, also after they were forgotten. */
  let seen: { readonly revision: string; readonly others: string } | undefined;
  let foreignSince = Number.NEGATIVE_INFINITY;
  let rivalSince = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const names = new Map<RecordName, readonly RecordSet[]>();
  const objections = new Map<RecordName, Objection>();
  /** The revisions that this loop has tried to write. */
  const own = new Set<string>();
  const checks = tokenBucket(CHECKS);

  /**
   * Notes the revisions as they were just read. Those of other owners count, too: a name may change hands between two
   * owners, and the later writer must know what the former one knew.
   */
  function note(found: readonly RecordSet[], askedAt: number): void {
    const revision = textOf(findRevision(found, owner));
    const others = othersIn(found);
    const isOurs = revision === seen?.revision || own.has(revision);
    const isSame = revision === seen?.revision && others === seen.others;
    if (!isOurs || others !== seen?.others) foreignSince = clock.now();
    if (!isOurs) rivalSince = clock.now();
    const at = isOurs ? undefined : changedAt(findRevision(found, owner));
    if (at !== undefined) onForeign(clock.now() - Math.max(0, clock.epoch() - at));
    if (!isSame || !revisions) {
      names.clear();
      generation++;
    }
    seen = { revision, others };
    revisions = found;
    checkedAt = askedAt;
  }

  /** The revisions of all other owners, in one text. */
  function othersIn(found: readonly RecordSet[]): string {
    return found
      .filter((set) => set !== findRevision(found, owner))
      .map((set) => JSON.stringify(set))
      .sort()
      .join();
  }

  function forget(which?: readonly RecordName[]): void {
    if (which) for (const name of which) names.delete(name);
    else {
      names.clear();
      generation++;
      revisions = undefined;
    }
  }

  async function learn(wanted: readonly RecordName[]): Promise<void> {
    const missing = () => wanted.filter((name) => !names.has(name));
    try {
      zone ??= await store.zone(signal);
      // Once more, if the revision has changed since some of the names were read.
      while (missing().length > 0) {
        const asked = missing();
        const at = revisionName(zone);
        const askedAt = clock.now();
        const found = await store.read([at, ...asked], signal);
        note(found.get(at) ?? [], askedAt);
        for (const name of asked) names.set(name, found.get(name) ?? []);
      }
    } catch (error) {
      const objection = objectionFrom(knownError(error));
      for (const name of missing()) objections.set(name, objection);
    }
  }

  return {
    learn,
    forget,
    of(name) {
      const sets = names.get(name);
      if (zone && sets) return { known: true, value: { zone, sets } };
      const objection = objections.get(name);
      if (!objection) throw new Error(`nothing is known of ${name}`);
      return { known: false, objection };
    },
    async check() {
      if (!zone) return;
      const askedAt = clock.now();
      checks.take(askedAt);
      const found = await readRevisions(revisionName(zone));
      if (found instanceof Error) forget();
      else note(found, askedAt);
    },
    get checkWait() {
      const now = clock.now();
      return checks.readyAt(now) - now;
    },
    get checkedAt() {
      return checkedAt;
    },
    get generation() {
      return generation;
    },
    get foreignSince() {
      return foreignSince;
    },
    get rivalSince() {
      return rivalSince;
    },
    async write(changes, formerOwners) {
      if (!zone || !revisions) throw new Error('nothing is known of the zone');
      const at = revisionName(zone);
      const before = findRevision(revisions, owner);
      const next = revisionSet(zone, owner, revisionNumberOf(before) + 1, nonce(), clock.epoch());
      own.add(textOf(next));
      const swap = [replace(before, next)];
      for (const former of formerOwners) {
        const theirs = findRevision(revisions, former);
        if (theirs)
          swap.push(
            replace(theirs, revisionSet(zone, former, revisionNumberOf(theirs) + 1, nonce(), clock.epoch())),
          );
      }
      const sentAt = clock.now();
      const made = () => {
        revisions = setsAfter(revisions ?? [], swap);
        seen = { revision: textOf(next), others: othersIn(revisions) };
        for (const [name, changed] of byName(changes)) {
          const known = names.get(name);
          if (known) names.set(name, setsAfter(known, changed));
        }
        checkedAt = sentAt;
        return 'made' as const;
      };
      try {
        await store.apply([...swap, ...changes], signal);
        return made();
      } catch (caught) {
        const error = knownError(caught);
        if (isNothingMade(error)) return error;
        // The revision tells what became of the request, whatever the error says of its last try.
        const askedAt = clock.now();
        const found = await readRevisions(at);
        if (found instanceof Error) {
          forget();
          // A rejection may be a lost race, which is not known then.
          return error instanceof RecordStoreError && error.reason === 'rejected' ? found : error;
        }
        const revision = findRevision(found, owner);
        if (isSame(revision, next)) return made();
        forget(changes.map(({ set }) => set.name));
        note(found, askedAt);
        return isSame(revision, before) ? error : 'lost';
      }
    },
  };

  async function readRevisions(at: RecordName): Promise<readonly RecordSet[] | WriteError> {
    try {
      return (await store.read([at], signal)).get(at) ?? [];
    } catch (error) {
      return knownError(error);
    }
  }
}

/** Rights are checked before anything else; only of a request that was repeated may an earlier try have been carried out. */
function isNothingMade(error: WriteError): boolean {
  return error instanceof RecordStoreError && error.reason === 'access-denied' && error.attempts === 1;
}

function replace(before: TextRecordSet | undefined, next: TextRecordSet): Change {
  const message = 'the next revision';
  return before
    ? { action: 'REPLACE', before, set: next, message }
    : { action: 'CREATE', set: next, message };
}

function byName(changes: readonly Change[]): ReadonlyMap<RecordName, readonly Change[]> {
  const names = new Map<RecordName, Change[]>();
  for (const change of changes) {
    const known = names.get(change.set.name);
    if (known) known.push(change);
    else names.set(change.set.name, [change]);
  }
  return names;
}

function isSame(left: TextRecordSet | undefined, right: TextRecordSet | undefined): boolean {
  return textOf(left) === textOf(right);
}

/** All of a revision that a DELETE of it must name. */
function textOf(set: TextRecordSet | undefined): string {
  return set ? [set.ttl, ...set.values].join(' ') : '';
}

function knownError(error: unknown): WriteError {
  if (error instanceof RecordStoreError || error instanceof DeadlineError) return error;
  throw error;
}
