import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { type Decision, decide } from '../../src/plan/decide.ts';
import { agenda } from '../../src/reconcile/agenda.ts';
import { followUps } from '../../src/reconcile/follow-ups.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';

const setting = recordSetting();
const { name } = setting;
const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const NEVER = Number.POSITIVE_INFINITY;

function open() {
  const clock = fakeClock();
  const todo = agenda();
  const next = followUps(todo, { clock, random: () => 1 });
  /** A decision on what is published, with what is known of those before it. */
  const decided = (instances: readonly Instance[], published: readonly string[]): Decision => {
    const sets: readonly RecordSet[] = [registered(), ...published.map((address) => multivalueSet(address))];
    const known = next.knownOf(name);
    const seen = { known: true, value: { zone: ZONE, sets } } as const;
    return decide(setting, { known: true, value: instances }, seen, { force: false, ...known });
  };
  /** One more addition of an address that is not published. */
  const add = (...published: readonly string[]) =>
    next.note(decided(up(...published, '10.0.0.1'), published), clock.now(), false);
  return { clock, todo, next, decided, add };
}

/** The same decision, which Route 53 failed. */
const failed = (decision: Decision): Decision => ({
  ...decision,
  verdict: { decision: 'fail', reason: 'throttled', message: 'Rate exceeded' },
});

describe('what follows from a decision', () => {
  it('is nothing where it was carried out, or had nothing to do', () => {
    const { todo, next, decided } = open();
    next.note(decided(up('10.0.0.1'), []), 0, false);
    next.note(decided(up('10.0.0.1'), ['10.0.0.1']), 0, false);
    expect(todo.due).toBe(NEVER);
    expect(next.knownOf(name)).toEqual({ delayed: new Set(), departed: 0 });
  });

  it.each([
    ['failed', true, false],
    ['rests on an answer that could not be confirmed', false, true],
  ])(
    'is another try where it %s, after growing pauses, and short ones again after a success',
    (_, isFailed, isInDoubt) => {
      const { clock, todo, next, decided } = open();
      const decision = decided(up('10.0.0.1'), []);
      const pauses: number[] = [];
      const fail = () => {
        next.note(isFailed ? failed(decision) : decision, 7, isInDoubt);
        pauses.push(todo.due - clock.now());
        expect(todo.take(NEVER)).toMatchObject([{ name, trigger: 'retry', since: 7 }]);
      };
      for (let count = 0; count < 6; count++) fail();
      next.note(decision, 7, false);
      expect(todo.due).toBe(NEVER);
      fail();
      expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 1_000]);
    },
  );

  it('is another try of all that failed together, at one time, so that it is one request', () => {
    const clock = fakeClock();
    const todo = agenda();
    const luck = [0.1, 0.7, 0.3, 0.9];
    const next = followUps(todo, { clock, random: () => luck.shift() ?? 1 });
    for (const label of ['a', 'b', 'c']) {
      const own = recordSetting({ name: `${label}.corp.internal` });
      const seen = { known: true, value: { zone: ZONE, sets: [] } } as const;
      const decision = decide(own, { known: true, value: up('10.0.0.1') }, seen, { force: false });
      next.note(failed(decision), 0, false);
    }
    expect(todo.due).toBe(550);
    expect(todo.take(todo.due)).toHaveLength(3);
  });

  it('is that an address which was added too often waits for its time', async () => {
    const { clock, todo, next, decided, add } = open();
    for (let count = 0; count < 25; count++) add('10.0.0.2');
    expect(next.knownOf(name).delayed).toEqual(new Set(['10.0.0.1']));
    expect(next.knownOf('web.corp.internal' as RecordName).delayed).toEqual(new Set());
    next.note(decided(up('10.0.0.2', '10.0.0.1'), ['10.0.0.2']), 0, false);
    expect(todo.due).toBe(1_000);
    await clock.advance(1_000);
    expect(todo.take(1_000)).toMatchObject([{ name, trigger: 'addition-due', since: 0 }]);
    expect(next.knownOf(name).delayed).toEqual(new Set());
  });

  it('counts only additions that were made', () => {
    const { next, decided } = open();
    const decision = failed(decided(up('10.0.0.1'), []));
    for (let count = 0; count < 30; count++) next.note(decision, 0, false);
    expect(next.knownOf(name).delayed).toEqual(new Set());
  });

  it('is that what left unregistered is still expected, until others take its place', () => {
    const { next, decided } = open();
    const three = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    next.note(failed(decided(up('10.0.0.1', '10.0.0.2'), three)), 0, false);
    expect(next.knownOf(name).departed).toBe(0);
    next.note(decided(up('10.0.0.1', '10.0.0.2'), three), 0, false);
    expect(next.knownOf(name).departed).toBe(1);
    // Of three that were expected one would be left.
    expect(decided(up('10.0.0.1'), ['10.0.0.1', '10.0.0.2']).verdict).toMatchObject({ reason: 'vanished' });
    next.note(decided(up('10.0.0.1', '10.0.0.2', '10.0.0.4'), ['10.0.0.1', '10.0.0.2']), 0, false);
    expect(next.knownOf(name).departed).toBe(0);
  });
});
