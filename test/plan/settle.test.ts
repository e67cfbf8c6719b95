import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { type DecideOptions, type Decision, decide } from '../../src/plan/decide.ts';
import type { Delays } from '../../src/plan/settle.ts';
import {
  applyChanges,
  foreignSet,
  instance,
  multivalueSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../support/records.ts';

const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const down = (...addresses: readonly string[]) => addresses.map((address) => instance(address, 'critical'));
const ours = (...addresses: readonly string[]) => [
  registered(),
  ...addresses.map((address) => multivalueSet(address)),
];
const many = (count: number) => Array.from({ length: count }, (_, i) => `10.0.1.${100 + i}`);
const [a, b, c, d, e] = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'];
const METADATA = '169.254.169.254';

function decideOn(
  instances: readonly Instance[],
  sets: readonly RecordSet[],
  { own = {}, ...options }: { own?: Parameters<typeof recordSetting>[0] } & Partial<DecideOptions> = {},
): Decision {
  const seen = { known: true, value: { zone: ZONE, sets } } as const;
  const known = { known: true, value: instances } as const;
  return decide(recordSetting(own), known, seen, { force: false, now: 0, ...options });
}

/** What the name has then, and what is held for which reason. */
function outcomeOf({ lines, verdict }: Decision) {
  const holds = verdict.decision === 'approve' ? (verdict.holds ?? []) : [verdict];
  return {
    after: lines.flatMap((line) => line.after ?? []),
    holds: Object.fromEntries(
      holds.map((hold) => ['reason' in hold ? hold.reason : '', 'addresses' in hold ? hold.addresses : null]),
    ),
  };
}

describe('a hold concerns addresses', () => {
  it.each<[string, readonly Instance[], readonly RecordSet[], number, readonly string[], object]>([
    [
      'a failing one leaves, though others are held as vanished',
      [...up(a), ...down(b)],
      ours(a, b, c, d, e),
      1,
      [a, c, d, e],
      { vanished: [c, d, e] },
    ],
    [
      'a new one comes, though others are held as vanished',
      up(a, b),
      ours(a, c, d, e),
      1,
      [a, b, c, d, e],
      { vanished: [c, d, e] },
    ],
    [
      'all that fail stay where they would leave too few, and the healthy one comes',
      [...down(a, b), ...up(c)],
      ours(a, b),
      2,
      [a, b, c],
      { 'below-minimum': [a, b] },
    ],
    [
      'one that fails leaves where those that are not registered are enough',
      down(a),
      ours(a, b, c),
      2,
      [b, c],
      { 'no-healthy-instances': [b, c] },
    ],
    [
      'what is not registered stays with what fails where neither is enough',
      down(a),
      ours(a, b),
      2,
      [a, b],
      { 'no-healthy-instances': [a, b] },
    ],
    [
      'one that is not allowed leaves while all others are held',
      [],
      ours(a, METADATA),
      1,
      [a],
      { 'no-healthy-instances': [a] },
    ],
    [
      'one that is not allowed leaves though it is the last',
      [],
      ours(METADATA),
      1,
      [],
      { 'no-healthy-instances': [] },
    ],
    [
      'one that is not allowed is not counted as published',
      up(a),
      ours(a, b, METADATA, '8.8.8.8'),
      1,
      [a],
      {},
    ],
    ['the first healthy one comes, though there should be more', up(a), [], 2, [a], { 'below-minimum': [] }],
  ])('%s', (_, instances, sets, minHealthy, after, holds) => {
    expect(outcomeOf(decideOn(instances, sets, { own: { minHealthy } }))).toEqual({ after, holds });
  });

  it('and what it is about is remembered in the same request, and believed once its time is over', () => {
    const first = decideOn([...up(a), ...down(b)], ours(a, b, c, d, e), { now: 5_000 });
    expect(first.lookAgainAt).toBe(605_000);
    const sets = applyChanges(ours(a, b, c, d, e), first.requests.flat());
    expect(outcomeOf(decideOn(up(a), sets, { now: 604_999 })).holds).toEqual({ vanished: [c, d, e] });
    expect(decideOn(up(a), sets, { now: 604_999 }).requests).toEqual([]);
    const last = decideOn(up(a), sets, { now: 605_000 });
    expect(outcomeOf(last)).toEqual({ after: [a], holds: {} });
    expect(applyChanges(sets, last.requests.flat())).toEqual(expect.arrayContaining([registered()]));
  });

  it('that an operator overrides is forgotten', () => {
    const sets = applyChanges(ours(a, b, c), decideOn(up(a), ours(a, b, c)).requests.flat());
    const forced = decideOn(up(a), sets, { force: true });
    expect(new Set(applyChanges(sets, forced.requests.flat()))).toEqual(
      new Set([multivalueSet(a), registered()]),
    );
  });
});

describe('room at a name', () => {
  it('is Route 53’s: what is published stays, the rest waits in its order, what fails makes room', () => {
    const [gone = '', ...there] = many(100);
    const waiting = ['10.0.0.7', '10.0.0.8', '10.0.0.9'];
    const decision = decideOn([...up(...waiting, ...there), ...down(gone)], ours(gone, ...there));
    expect(outcomeOf(decision)).toEqual({
      after: ['10.0.0.7', ...there],
      holds: { 'too-many-addresses': ['10.0.0.8', '10.0.0.9'] },
    });
    expect(decision.verdict).toMatchObject({
      holds: [
        {
          message: '2 healthy addresses wait, as the name has room for 100 of type A: 10.0.0.8, 10.0.0.9',
        },
      ],
    });
    expect(decision.instances[1]).toMatchObject({
      decision: 'no-room',
      why: expect.stringMatching(/there is no room for it/),
    });
  });

  it.each<[string, Parameters<typeof recordSetting>[0], readonly RecordSet[], number]>([
    [
      'less where somebody else has sets there',
      {},
      [registered(), ...many(97).map((at) => foreignSet(at))],
      3,
    ],
    ['none where somebody else has all', {}, [registered(), ...many(100).map((at) => foreignSet(at))], 0],
    [
      'not taken by sets of another type',
      {},
      [registered(), ...many(99).map((at) => foreignSet(at)), foreignSet('fd00::9')],
      1,
    ],
    ['as the setting says', { maxAddresses: 2 }, [registered()], 2],
    ['of one simple set', { routing: 'simple', maxAddresses: 3 }, [registered()], 3],
  ])('is %s', (_, own, sets, room) => {
    const decision = decideOn(up(a, b, c, d, e), sets, { own });
    expect(outcomeOf(decision).after).toEqual([a, b, c, d, e].slice(0, room));
  });

  it.each<[string, readonly Instance[], readonly RecordSet[], object, readonly string[], object]>([
    [
      'what has vanished gives way',
      up(d, e),
      ours(a, b, c),
      { maxAddresses: 3 },
      [a, d, e],
      { vanished: [a] },
    ],
    [
      'what fails gives way, where all that fail are kept',
      [...down(a, b), ...up(c)],
      ours(a, b),
      { minHealthy: 2, maxAddresses: 2 },
      [a, c],
      { 'below-minimum': [a] },
    ],
    [
      'what fails stays, where there is no room for what is healthy',
      [...down(a), ...up('fd00::1')],
      [...ours(a), ...Array.from({ length: 100 }, (_, i) => foreignSet(`fd00::9:${i}`))],
      {},
      [a],
      { 'too-many-addresses': ['fd00::1'] },
    ],
  ])('is given to what is healthy: %s', (_, instances, sets, own, after, holds) => {
    expect(outcomeOf(decideOn(instances, sets, { own }))).toEqual({ after, holds });
  });

  it('is no reason to take out what is published and healthy', () => {
    const decision = decideOn(up(a, b, c), ours(b, c), { own: { maxAddresses: 1 } });
    expect(outcomeOf(decision)).toEqual({ after: [b, c], holds: { 'too-many-addresses': [a] } });
  });

  it('is enough for each type on its own', () => {
    const own = { maxAddresses: 1 };
    expect(outcomeOf(decideOn(up(a, 'fd00::1'), [registered()], { own })).after).toEqual([a, 'fd00::1']);
  });
});

const FORMERLY_WEB = [registered({ service: 'web' }), multivalueSet('10.0.0.7', { service: 'web' })];

describe('what is done too often', () => {
  const delays = (isRecordBusy: boolean, ...addresses: readonly string[]): Delays => ({
    addresses: new Set(addresses as readonly Address[]),
    isRecordBusy,
  });

  it.each<[string, Delays, readonly Instance[], readonly RecordSet[], readonly string[], boolean]>([
    ['an address waits', delays(false, b), up(a, b), ours(a), [a], true],
    ['one that is published does not', delays(false, b), up(a, b), ours(a, b), [a, b], false],
    ['one that is needed does not', delays(false, b), [...down(a), ...up(b)], ours(a), [b], false],
    ['all of a busy record wait', delays(true), up(a, b), ours(a), [a], true],
    ['those that vanished wait, too', delays(true), up(a, b), ours(a, c), [a, c], true],
    ['also where a new address is to take their place', delays(true), up(b), ours(a), [a], true],
    ['a failing one does not', delays(true), [...up(a, b), ...down(c)], ours(a, c), [a], true],
    ['nor what must come for it', delays(true), [...up(b), ...down(c)], ours(c), [b], false],
    ['nor one that is not allowed', delays(true), up(a, b), ours(a, METADATA), [a], true],
    ['a busy record that moves does not', delays(true), up(a), FORMERLY_WEB, [a], false],
    ['a busy record with nothing to do does not', delays(true), up(a), ours(a), [a], false],
  ])('%s', (_, delays, instances, sets, after, isPutOff) => {
    const decision = decideOn(instances, sets, { delays });
    expect(outcomeOf(decision).after).toEqual(after);
    expect(decision.isPutOff ?? false).toBe(isPutOff);
    if (delays.isRecordBusy && isPutOff) expect(decision.registration).toEqual([]);
  });
});

describe('a name that moves to another service', () => {
  it('stays as it is while the new one has too few, but for what is not allowed', () => {
    const sets = [...FORMERLY_WEB, multivalueSet(METADATA, { service: 'web' })];
    const decision = decideOn(up(a), sets, { own: { minHealthy: 2 } });
    expect(outcomeOf(decision)).toEqual({ after: ['10.0.0.7'], holds: { 'below-minimum': ['10.0.0.7'] } });
    expect(applyChanges(sets, decision.requests.flat())).toEqual(FORMERLY_WEB);
  });
});

it('a simple set that somebody else made is not touched', () => {
  const decision = decideOn(up(a, b), [simpleSet([a])], { own: { routing: 'simple' } });
  expect(decision.verdict).toMatchObject({ decision: 'refuse', reason: 'conflict' });
});
