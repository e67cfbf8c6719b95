import { describe, expect, it } from 'vitest';
import { DeadlineError, RecordStoreError } from '../../src/errors.ts';
import { propagation, type Spread } from '../../src/reconcile/propagation.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** A Route 53 in which a change is everywhere after so many milliseconds, and a function that follows its changes. */
function following(takes: (changeId: string) => number) {
  const clock = fakeClock();
  const accepted = new Map<string, number>();
  const asked: { readonly at: number; readonly changeId: string }[] = [];
  const told: (Omit<Spread, 'zoneId'> & { readonly at: number })[] = [];
  const denied: string[] = [];
  const faults: Error[] = [];
  const subject = propagation(
    {
      async isInSync(changeId) {
        asked.push({ at: clock.now(), changeId });
        const fault = faults.shift();
        if (fault) throw fault;
        return clock.now() - (accepted.get(changeId) ?? 0) >= takes(changeId);
      },
    },
    clock,
    () => 1,
  );
  const note = (changeId: string, zoneId = 'Z1') => {
    accepted.set(changeId, clock.now());
    subject.note(zoneId, changeId);
  };
  /** An invocation. @returns what ends it. */
  const invoke = () => {
    const end = new AbortController();
    const done = subject.follow(end.signal, {
      noteSpread: ({ zoneId: _, ...spread }) => void told.push({ ...spread, at: clock.now() }),
      noteDenied: (message) => void denied.push(message),
    });
    return async () => {
      end.abort();
      await done;
    };
  };
  return { clock, asked, told, denied, faults, note, invoke };
}

describe('what became of a change', () => {
  it('is asked less and less often, until it is everywhere, and told once', async () => {
    const { clock, asked, told, note, invoke } = following(() => 21_000);
    invoke();
    await clock.advance(1_000);
    note('C1');
    await clock.advance(60_000);
    expect(asked.map(({ at }) => at)).toEqual([3_000, 7_000, 12_000, 17_000, 22_000]);
    expect(told).toEqual([{ changeId: 'C1', status: 'INSYNC', milliseconds: 21_000, at: 22_000 }]);
  });

  it('costs no more questions where twenty are made each second, and never starves', async () => {
    const { clock, asked, told, note, invoke } = following(() => 10_000);
    invoke();
    for (let i = 0; i < 600; i++) {
      note(`C${i}`);
      await clock.advance(50);
    }
    expect(asked.length).toBeLessThanOrEqual(30_000 / 2_000);
    // The first, and the last one that was made by the time it was everywhere.
    expect(told.map(({ changeId }) => changeId)).toEqual(['C0', 'C219']);
    await clock.advance(20_000);
    expect(told.at(-1)?.changeId).toBe('C599');
  });

  it.each([3_000, 30_000])(
    'is asked of all zones, twice a second at most, and told by as many as can be seen within 5.5 s (%d ms)',
    async (takes) => {
      const { clock, asked, told, note, invoke } = following(() => takes);
      invoke();
      for (let i = 0; i < 60; i++) note(`C${i}`, `Z${i}`);
      await clock.advance(90_000);
      expect(new Set(asked.map(({ changeId }) => changeId)).size).toBe(60);
      for (const [index, { at }] of asked.entries())
        expect(at - (asked[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(500);
      expect(told.length).toBeGreaterThanOrEqual(5);
      for (const { milliseconds } of told) {
        expect(milliseconds).toBeGreaterThanOrEqual(takes);
        expect(milliseconds).toBeLessThanOrEqual(takes + 5_500);
      }
    },
  );
});

describe('a change that is not everywhere when its run ends', () => {
  it('is told of where it has been pending for more than a minute, and followed by the next run of the process', async () => {
    const { clock, told, note, invoke } = following(() => 150_000);
    const end = invoke();
    note('C1');
    await clock.advance(75_000);
    await end();
    expect(told).toMatchObject([{ status: 'PENDING', at: 75_000 }]);
    expect(told[0]?.milliseconds).toBeGreaterThan(70_000);
    await clock.advance(45_000);
    const endNext = invoke();
    await clock.advance(75_000);
    await endNext();
    expect(told.slice(1)).toMatchObject([{ status: 'INSYNC', milliseconds: 152_000 }]);
  });

  it('is not told of before, nor with a time that nobody saw', async () => {
    const { clock, asked, told, note, invoke } = following(() => 40_000);
    const end = invoke();
    await clock.advance(50_000);
    note('C1');
    await clock.advance(25_000);
    await end();
    await clock.advance(45_000);
    const endNext = invoke();
    await clock.advance(75_000);
    await endNext();
    expect(asked.at(-1)).toEqual({ at: 122_000, changeId: 'C1' });
    expect(told).toEqual([]);
  });

  it('has no time that nobody saw either where another one of its zone was asked about instead', async () => {
    const { clock, asked, told, note, invoke } = following(() => 30_000);
    const end = invoke();
    await clock.advance(52_000);
    note('C1');
    await clock.advance(1_000);
    note('C2');
    await clock.advance(22_000);
    await end();
    await clock.advance(45_000);
    const endNext = invoke();
    await clock.advance(75_000);
    await endNext();
    expect(asked.slice(-2).map(({ changeId }) => changeId)).toEqual(['C1', 'C2']);
    expect(told).toEqual([]);
  });

  it('is told of as pending only by a run that has asked', async () => {
    const { clock, told, note, invoke } = following(() => 300_000);
    const end = invoke();
    note('C1');
    await clock.advance(75_000);
    await end();
    await invoke()();
    expect(told).toHaveLength(1);
  });

  it('delays no end, even of a run in which a question hangs', async () => {
    const clock = fakeClock();
    const end = new AbortController();
    const subject = propagation(
      {
        isInSync: (_, signal) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new DeadlineError('asking'))),
          ),
      },
      clock,
      () => 1,
    );
    subject.note('Z1', 'C1');
    const done = subject.follow(end.signal, {
      noteSpread: () => expect.fail(),
      noteDenied: () => expect.fail(),
    });
    await clock.advance(10_000);
    end.abort();
    await done;
  });
});

describe('a question that fails', () => {
  it('is left, and the next change is asked about', async () => {
    const { clock, told, denied, faults, note, invoke } = following(() => 0);
    invoke();
    faults.push(new RecordStoreError('route53-unavailable', 'no answer'));
    note('C1');
    await clock.advance(5_000);
    note('C2');
    await clock.advance(5_000);
    expect(told.map(({ changeId }) => changeId)).toEqual(['C2']);
    expect(denied).toEqual([]);
  });

  it('as the role lacks the right, is told of once, and never asked again', async () => {
    const { clock, asked, denied, faults, note, invoke } = following(() => 0);
    const end = invoke();
    faults.push(new RecordStoreError('access-denied', 'asking what became of a change failed: AccessDenied'));
    note('C1');
    await clock.advance(5_000);
    await end();
    invoke();
    note('C2');
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    expect(denied).toEqual(['asking what became of a change failed: AccessDenied']);
  });
});
