import { describe, expect, it } from 'vitest';
import { renewable } from '../../src/route53/session.ts';

const HOUR = 3_600_000;

/** A giver of sessions of an hour, each with its number, on a clock that the test moves. */
function giver() {
  const state = { now: 0, begun: 0, error: undefined as Error | undefined };
  const sessions = renewable(
    async () => {
      if (state.error) throw state.error;
      return { number: ++state.begun, expiration: new Date(state.now + HOUR) };
    },
    () => state.now,
  );
  const number = async () => (await sessions.get()).number;
  return { state, sessions, number };
}

const MINUTE = 60_000;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a session', () => {
  it('is begun once, however many ask at once', async () => {
    const { state, number } = giver();
    expect(await Promise.all([number(), number(), number()])).toEqual([1, 1, 1]);
    state.now = 54 * MINUTE;
    expect(await number()).toBe(1);
    expect(state.begun).toBe(1);
  });

  it('is replaced in its last five minutes, and nobody waits for that', async () => {
    const { state, number } = giver();
    await number();
    state.now = 56 * MINUTE;
    expect(await Promise.all([number(), number()])).toEqual([1, 1]);
    await turn();
    expect(await number()).toBe(2);
    expect(state.begun).toBe(2);
  });

  it('is good until its end where another cannot be had', async () => {
    const { state, number } = giver();
    await number();
    state.error = new Error('no way');
    state.now = 59 * MINUTE;
    expect(await number()).toBe(1);
    await turn();
    expect(await number()).toBe(1);
    state.now = 61 * MINUTE;
    await expect(number()).rejects.toThrow('no way');
    state.error = undefined;
    expect(await number()).toBe(2);
  });
});

describe('a session that was refused', () => {
  it('is begun anew once for all who were refused', async () => {
    const { state, sessions, number } = giver();
    await number();
    state.now = 2 * MINUTE;
    const refused = sessions.generation();
    expect(await Promise.all([sessions.renew(refused), sessions.renew(refused)])).toEqual([true, true]);
    expect(await sessions.renew(refused)).toBe(true);
    expect(state.begun).toBe(2);
    expect(await number()).toBe(2);
  });

  it('is kept if it is young: then its rights are refused', async () => {
    const { state, sessions, number } = giver();
    await number();
    state.now = MINUTE - 1;
    expect(await sessions.renew(sessions.generation())).toBe(false);
    state.now = MINUTE;
    expect(await sessions.renew(sessions.generation())).toBe(true);
  });

  it('is kept if another cannot be had', async () => {
    const { state, sessions, number } = giver();
    await number();
    state.now = 2 * MINUTE;
    state.error = new Error('no way');
    expect(await sessions.renew(sessions.generation())).toBe(false);
    expect(await number()).toBe(1);
  });
});
