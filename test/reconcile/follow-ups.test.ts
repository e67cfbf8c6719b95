import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { type Decision, decide } from '../../src/plan/decide.ts';
import { agenda } from '../../src/reconcile/agenda.ts';
import { followUps } from '../../src/reconcile/follow-ups.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { inShort, instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';

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
    const options = { force: false, now: clock.epoch(), delays: next.delaysOf(name) };
    const seen = { known: true, value: { zone: ZONE, sets } } as const;
    return decide(setting, { known: true, value: instances }, seen, options);
  };
  /** One more addition of an address that is not published. */
  const add = (...published: readonly string[]) =>
    next.note(decided(up(...published, '10.0.0.1'), published), clock.now(), false);
  return { clock, todo, next, decided, add };
}

/** The same decision, which Route 53 failed. */
const failed = (decision: Decision): Decision => ({
  ...decision,
  requests: [],
  verdict: { decision: 'fail', reason: 'throttled', message: 'Rate exceeded' },
});

describe('what follows from a decision', () => {
  it('is nothing where it was carried out, or had nothing to do', () => {
    const { todo, next, decided } = open();
    next.note(decided(up('10.0.0.1'), []), 0, false);
    next.note(decided(up('10.0.0.1'), ['10.0.0.1']), 0, false);
    expect(todo.due).toBe(NEVER);
    expect(next.delaysOf(name)).toMatchObject({ addresses: new Set(), isRecordBusy: false });
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
      const decision = decide(own, { known: true, value: up('10.0.0.1') }, seen, { force: false, now: 0 });
      next.note(failed(decision), 0, false);
    }
    expect(todo.due).toBe(550);
    expect(todo.take(todo.due)).toHaveLength(3);
  });

  it('is that an address which was added too often waits for its time', async () => {
    const { clock, todo, next, decided, add } = open();
    const isDelayed = () => next.delaysOf(name).addresses.size > 0;
    // Slowly enough for the record as a whole.
    for (let count = 0; count < 60 && !isDelayed(); count++) {
      await clock.advance(260);
      add('10.0.0.2');
    }
    expect(next.delaysOf(name)).toMatchObject({ addresses: new Set(['10.0.0.1']), isRecordBusy: false });
    expect(next.delaysOf('web.corp.internal' as RecordName).addresses).toEqual(new Set());
    next.note(decided(up('10.0.0.2', '10.0.0.1'), ['10.0.0.2']), 0, false);
    const wait = todo.due - clock.now();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(1_000);
    await clock.advance(wait);
    expect(todo.take(clock.now())).toMatchObject([{ name, trigger: 'addition-due', since: 0 }]);
    expect(next.delaysOf(name).addresses).toEqual(new Set());
  });

  it('is that a record which was changed too often waits for its time, but for what fails', () => {
    const { clock, todo, next, decided, add } = open();
    for (let count = 0; count < 15; count++) add('10.0.0.2');
    const waits = decided(up('10.0.0.2', '10.0.0.3'), ['10.0.0.2']);
    expect(waits.requests.flat()).toEqual([]);
    next.note(waits, 0, false);
    expect(todo.due - clock.now()).toBe(250);
    const leaves = decided([...up('10.0.0.2'), instance('10.0.0.3', 'critical')], ['10.0.0.2', '10.0.0.3']);
    expect(inShort(leaves.requests.flat())).toContain('- A multivalue 10.0.0.3');
  });

  it('counts only additions that were made', () => {
    const { next, decided } = open();
    const decision = failed(decided(up('10.0.0.1'), []));
    for (let count = 0; count < 30; count++) next.note(decision, 0, false);
    expect(next.delaysOf(name)).toMatchObject({ addresses: new Set(), isRecordBusy: false });
  });

  it('is that a hold is looked at when it is over', () => {
    const { clock, todo, next, decided } = open();
    next.note(decided(up('10.0.0.1'), ['10.0.0.1', '10.0.0.2', '10.0.0.3']), 0, false);
    const due = clock.now() + 600_000;
    expect(todo.due).toBe(due);
    expect(todo.take(due)).toMatchObject([{ name, trigger: 'hold-over', since: due }]);
  });
});
