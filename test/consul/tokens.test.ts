import { describe, expect, it } from 'vitest';
import { fixedToken, type ObtainedToken, renewedToken } from '../../src/consul/tokens.ts';
import { DeadlineError, SourceError } from '../../src/errors.ts';

const signal = new AbortController().signal;
const MINUTE = 60_000;

/** A source whose tokens and time the test decides. */
function scripted(first: ObtainedToken | Error = { secret: 'one' }, patience?: number) {
  let next: ObtainedToken | Error = first;
  let time = 1_000_000;
  let obtained = 0;
  const source = renewedToken(
    async () => {
      obtained++;
      if (next instanceof Error) throw next;
      return next;
    },
    () => time,
    patience,
  );
  return {
    source,
    obtained: () => obtained,
    now: () => time,
    gives: (token: ObtainedToken | Error) => {
      next = token;
    },
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

describe('a token that is obtained', () => {
  it('is obtained once by reads that come together, and kept', async () => {
    const { source, obtained } = scripted();
    expect(source.held()).toBeUndefined();
    expect(await Promise.all([1, 2, 3].map(() => source.current(signal)))).toEqual(['one', 'one', 'one']);
    expect(await source.current(signal)).toBe('one');
    expect(obtained()).toBe(1);
    expect(source.held()).toBe('one');
  });

  it('is obtained again when it was refused, by whoever is refused first', async () => {
    const { source, obtained, gives, pass } = scripted();
    await source.current(signal);
    pass(MINUTE);
    gives({ secret: 'two' });
    const after = [1, 2, 3].map(() => source.afterRefusal('one', signal));
    expect(await Promise.all(after)).toEqual(['two', 'two', 'two']);
    expect(obtained()).toBe(2);
    expect(await source.current(signal)).toBe('two');
    // Whoever still carried the old one is given the new one.
    expect(await source.afterRefusal('one', signal)).toBe('two');
    expect(obtained()).toBe(2);
  });

  it('is not replaced by itself, and not asked for again at once', async () => {
    const { source, obtained, pass, gives } = scripted();
    await source.current(signal);
    pass(MINUTE);
    expect(await source.afterRefusal('one', signal)).toBeUndefined();
    gives({ secret: 'two' });
    pass(1_999);
    expect(await source.afterRefusal('one', signal)).toBeUndefined();
    expect(obtained()).toBe(2);
    pass(1);
    expect(await source.afterRefusal('one', signal)).toBe('two');
  });

  it('is obtained at once again where it was good for a while, however many were refused before', async () => {
    const { source, pass, gives } = scripted({ secret: 'one' }, MINUTE);
    await source.current(signal);
    let last = 'one';
    /** Whether a token that is refused now is replaced. */
    const isReplaced = async (secret: string) => {
      gives({ secret });
      const other = await source.afterRefusal(last, signal);
      last = other ?? last;
      return other === secret;
    };
    pass(2_000);
    expect(await isReplaced('two')).toBe(true);
    pass(7_999);
    expect(await isReplaced('three')).toBe(false);
    pass(1);
    expect(await isReplaced('three')).toBe(true);
    pass(2 * MINUTE);
    expect(await isReplaced('four')).toBe(true);
    pass(8_000);
    expect(await isReplaced('five')).toBe(true);
  });

  it('that cannot be had is an error for two seconds, without another try', async () => {
    const error = new SourceError({ reason: 'secret-unavailable', cause: 'secret-not-found' }, 'no');
    const { source, obtained, pass, gives } = scripted(error);
    await expect(source.current(signal)).rejects.toBe(error);
    pass(1_999);
    await expect(source.current(signal)).rejects.toBe(error);
    expect(obtained()).toBe(1);
    gives({ secret: 'one' });
    pass(1);
    expect(await source.current(signal)).toBe('one');
  });

  it('is obtained by the next one where the time of the first was up', async () => {
    const ours = new AbortController();
    let tries = 0;
    const source = renewedToken(
      async (first) => {
        if (tries++ > 0) return { secret: 'one' };
        await new Promise((resolve) => first.addEventListener('abort', resolve));
        throw new DeadlineError('fetching');
      },
      () => 0,
    );
    const late = source.current(ours.signal);
    const other = source.current(signal);
    ours.abort();
    await expect(late).rejects.toThrow(DeadlineError);
    expect(await other).toBe('one');
    expect(tries).toBe(2);
  });
});

describe('a token that expires', () => {
  it.each([
    ['of an hour', 60 * MINUTE, 54 * MINUTE],
    ['of two minutes', 2 * MINUTE, 90_000],
    ['of half a minute', 30_000, 15_000],
  ])('%s is renewed before its end', async (_, life, after) => {
    const { source, obtained, gives, pass, now } = scripted();
    gives({ secret: 'one', expires: now() + life });
    await source.current(signal);
    pass(after - 1);
    expect(await source.current(signal)).toBe('one');
    expect(obtained()).toBe(1);
    pass(1);
    gives({ secret: 'two', expires: now() + life });
    expect(await source.current(signal)).toBe('two');
    expect(source.isExpired('one')).toBe(false);
  });

  it('is used to its end while none can be had', async () => {
    const { source, gives, pass, now } = scripted();
    gives({ secret: 'one', expires: now() + 60 * MINUTE });
    await source.current(signal);
    const error = new SourceError({ reason: 'login-failed' }, 'no');
    gives(error);
    pass(59 * MINUTE);
    expect(await source.current(signal)).toBe('one');
    pass(MINUTE);
    expect(source.isExpired('one')).toBe(true);
    await expect(source.current(signal)).rejects.toBe(error);
  });

  it('is looked for a few times more, where only the old one is to be had', async () => {
    const { source, obtained, pass, now } = scripted();
    await source.current(signal);
    source.noteExpiry('one', now() + 60 * MINUTE);
    pass(55 * MINUTE);
    const seconds: number[] = [];
    for (let second = 0; second < 300; second++) {
      const before = obtained();
      expect(await source.current(signal)).toBe('one');
      if (obtained() > before) seconds.push(second);
      pass(1_000);
    }
    // At once, half a minute before the end, and then each time after half of what is left.
    expect(seconds).toEqual([0, 270, 285, 293, 297, 299]);
    expect(source.isExpired('one')).toBe(true);
  });
});

describe('a token that is a setting', () => {
  it('has no other, and may be known to have expired', async () => {
    let time = 0;
    const source = fixedToken('one', () => time);
    expect(await source.current(signal)).toBe('one');
    expect(await source.afterRefusal('one', signal)).toBeUndefined();
    source.noteExpiry('one', 5);
    expect(source.isExpired('one')).toBe(false);
    time = 5;
    expect(source.isExpired('one')).toBe(true);
  });
});
