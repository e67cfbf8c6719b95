/** Credentials that end at a time. */
export interface Session {
  readonly expiration: Date;
}

/** A session that is begun when it is first needed, and begun anew in time. */
export interface Renewable<S extends Session> {
  /** The session that is good now. Rejects as `begin` does. */
  get(): Promise<S>;
  /** How many sessions there have been. */
  generation(): number;
  /**
   * After a session was refused: begins another one, unless that happened already, or a moment ago.
   *
   * @param generation of the session that was refused.
   * @returns whether there is another one now; never rejects, and keeps what there is if there is none.
   */
  renew(generation: number): Promise<boolean>;
}

/** Milliseconds before its end from which a session is replaced: long enough to outlast an outage of STS. */
const EARLY = 300_000;

/** A refused session that is younger than this, in milliseconds, is not replaced: its rights must be the reason. */
const YOUNG = 60_000;

/**
 * Keeps one session for all who need it, however many ask at once.
 *
 * The SDK keeps sessions too, but fails in the last five minutes of a good one if another cannot be had, and lets
 * requests wait for it; here they wait only where there is none that is good.
 *
 * @param begin begins a session.
 * @param now milliseconds since 1970.
 */
export function renewable<S extends Session>(begin: () => Promise<S>, now: () => number): Renewable<S> {
  let current: { readonly session: S; readonly begunAt: number } | undefined;
  let pending: Promise<S> | undefined;
  let count = 0;

  function beginAnother(): Promise<S> {
    pending ??= begin()
      .then((session) => {
        current = { session, begunAt: now() };
        count++;
        return session;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  return {
    async get() {
      const left = current ? current.session.expiration.getTime() - now() : 0;
      if (!current || left <= 0) return await beginAnother();
      // A failure matters only once the current session has ended; then the next call reports it.
      if (left < EARLY) beginAnother().catch(() => undefined);
      return current.session;
    },
    generation: () => count,
    async renew(generation) {
      if (count !== generation) return true;
      if (!current || now() - current.begunAt < YOUNG) return false;
      return await beginAnother().then(
        () => true,
        () => false,
      );
    },
  };
}
