import { defined } from '../domain/defined.ts';
import { DeadlineError, SourceError } from '../errors.ts';

/** A token as it was obtained. */
export interface ObtainedToken {
  /** The secret itself. */
  readonly secret: string;
  /** Milliseconds since 1970; absent if it does not expire, or if that is not known. */
  readonly expires?: number;
}

/** The token that requests to Consul carry. */
export interface TokenSource {
  /**
   * The token to use now; `undefined` for anonymous requests. Reads that come together obtain it once.
   *
   * @throws SourceError (`secret-unavailable`, `login-failed` or another); DeadlineError once the signal aborts.
   */
  current(signal: AbortSignal): Promise<string | undefined>;
  /**
   * What to use after Consul refused a token: another one, if there is one by now.
   *
   * @returns `undefined` if there is none. Throws as `current` does.
   */
  afterRefusal(refused: string, signal: AbortSignal): Promise<string | undefined>;
  /** Notes when a token expires, as Consul says; milliseconds since 1970. */
  noteExpiry(secret: string, expires: number): void;
  /** Whether the time of a token is known to be over. */
  isExpired(secret: string): boolean;
  /** The token if one was obtained already, and nothing otherwise. */
  held(): string | undefined;
}

/** Milliseconds between two attempts to obtain a token: an attempt may cost money and counts towards rate limits. */
const PAUSE = 2_000;

/** How much longer the pause is after each token that was refused as the one before. */
const GROWTH = 4;

/** A token that cannot be obtained anew, or none. */
export function fixedToken(secret: string | undefined, now: () => number): TokenSource {
  let expires: number | undefined;
  return {
    current: async () => secret,
    afterRefusal: async () => undefined,
    noteExpiry: (_, time) => {
      expires = time;
    },
    isExpired: () => expires !== undefined && expires <= now(),
    held: () => secret,
  };
}

/**
 * A token that is obtained when it is first needed, renewed before it expires, and obtained again when Consul refuses
 * it: so a token can be changed where it is kept, without a deployment.
 *
 * @param obtain fetches it, or logs in.
 * @param now milliseconds since 1970.
 * @param patience the longest pause, in milliseconds, while one token after the other is refused. By default it does not
 *   grow; where each attempt makes a new token at Consul, it should.
 */
export function renewedToken(
  obtain: (signal: AbortSignal) => Promise<ObtainedToken>,
  now: () => number,
  patience = PAUSE,
): TokenSource {
  let token: (ObtainedToken & { readonly renew: number }) | undefined;
  let running: Promise<string> | undefined;
  let tried = Number.NEGATIVE_INFINITY;
  let failure: SourceError | undefined;
  /** How many tokens in a row were refused a short while after they had been obtained. */
  let refusals = 0;
  const pauseNow = () => Math.min(patience, PAUSE * GROWTH ** refusals);

  function hold(obtained: ObtainedToken): string {
    const known = token?.secret === obtained.secret ? token.expires : undefined;
    const expires = obtained.expires ?? known;
    const left = (expires ?? Number.POSITIVE_INFINITY) - now();
    // Where only the old token can be obtained, not every read tries again.
    const renew = Math.max(now() + left - renewalMargin(left), now() + PAUSE);
    token = defined({ ...obtained, expires, renew });
    failure = undefined;
    return obtained.secret;
  }

  async function obtainOnce(signal: AbortSignal): Promise<string> {
    tried = now();
    try {
      return hold(await obtain(signal));
    } catch (error) {
      if (error instanceof SourceError) failure = error;
      // An attempt that a deadline ended does not count.
      else tried = Number.NEGATIVE_INFINITY;
      throw error;
    } finally {
      running = undefined;
    }
  }

  /** Obtains a token, together with whoever else wants one now. */
  async function obtainTogether(signal: AbortSignal): Promise<string> {
    if (!running && failure && now() - tried < PAUSE) throw failure;
    try {
      running ??= obtainOnce(signal);
      return await running;
    } catch (error) {
      // The deadline was that of the read which began the attempt, not ours.
      if (error instanceof DeadlineError && !signal.aborted) return obtainTogether(signal);
      throw error;
    }
  }

  return {
    async current(signal) {
      if (!token) return obtainTogether(signal);
      if (now() < token.renew) return token.secret;
      const { secret } = token;
      // A renewal may fail as long as the old token is valid.
      return obtainTogether(signal).catch((error: unknown) => {
        if (error instanceof SourceError && !isOver(token)) return secret;
        throw error;
      });
    },
    async afterRefusal(refused, signal) {
      if (token && token.secret !== refused) return token.secret;
      if (!running) {
        const since = now() - tried;
        if (since < pauseNow()) return undefined;
        // One that was good for a while does not count with those before it.
        refusals = since > 2 * pauseNow() ? 0 : refusals + 1;
      }
      const secret = await obtainTogether(signal);
      return secret === refused ? undefined : secret;
    },
    noteExpiry(secret, expires) {
      if (token?.secret === secret && token.expires === undefined) hold({ secret, expires });
    },
    isExpired: (secret) => token?.secret === secret && isOver(token),
    held: () => token?.secret,
  };

  function isOver(held: ObtainedToken | undefined): boolean {
    return held?.expires !== undefined && held.expires <= now();
  }
}

/**
 * How long before its end a token is renewed, in milliseconds: longer than a blocking query waits, but no more than
 * half of a short life.
 */
function renewalMargin(life: number): number {
  return Number.isFinite(life) ? Math.min(life / 2, Math.max(30_000, life / 10)) : 0;
}
