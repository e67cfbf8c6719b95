import { expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { type Decision, decide, hasWork } from '../../src/plan/decide.ts';
import {
  addressesIn,
  applyChanges,
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../support/records.ts';

const [a, b, six, metadata] = ['10.0.0.1', '10.0.0.2', 'fd00::1', '169.254.169.254'];
const theirs = otherSet('alias', 'AAAA');

function decideOn(
  instances: readonly Instance[],
  sets: readonly RecordSet[],
  own: Parameters<typeof recordSetting>[0] = {},
): Decision {
  return decide(
    recordSetting(own),
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets } },
    { force: false, now: 0 },
  );
}

const refusals = ({ lines }: Decision) => lines.map(({ type, refusal }) => [type, refusal?.reason]);

it.each<[string, readonly Instance[], readonly RecordSet[], readonly RecordSet[]]>([
  [
    'what fails leaves, and what is healthy comes',
    [instance(a, 'critical'), instance(b), instance(six)],
    [registered(), multivalueSet(a), theirs],
    [registered(), theirs, multivalueSet(b)],
  ],
  [
    'what is not allowed leaves',
    [instance(a), instance(six)],
    [registered(), multivalueSet(a), multivalueSet(metadata), theirs],
    [registered(), multivalueSet(a), theirs],
  ],
  [
    'what cannot be published replaces nothing: the last address stays, though it fails',
    [instance(a, 'critical'), instance(six)],
    [registered(), multivalueSet(a), theirs],
    [registered(), multivalueSet(a), theirs],
  ],
])('somebody else has the other type: %s', (_, instances, sets, after) => {
  const decision = decideOn(instances, sets);
  expect(decision.verdict.decision).toBe('approve');
  expect(refusals(decision)).toEqual([
    ['A', undefined],
    ['AAAA', 'conflict'],
  ]);
  expect(applyChanges(sets, decision.requests.flat())).toEqual(after);
  expect(decision.instances.find(({ address }) => address === six)).toMatchObject({ decision: 'taken' });
});

it('under simple routing, too', () => {
  const sets = [registered(), simpleSet([a]), foreignSet(six)];
  const decision = decideOn([instance(b), instance(six)], sets, { routing: 'simple' });
  expect(refusals(decision)).toEqual([
    ['A', undefined],
    ['AAAA', 'conflict'],
  ]);
  expect(addressesIn(applyChanges(sets, decision.requests.flat()))).toEqual([b, six]);
});

it('what stays for want of a successor is held, and says so', () => {
  const decision = decideOn(
    [instance(a, 'critical'), instance(six)],
    [registered(), multivalueSet(a), theirs],
  );
  expect(decision.verdict).toMatchObject({
    holds: [
      {
        ...{ reason: 'below-minimum', addresses: [a] },
        message:
          'only 0 of 1 healthy addresses of "rdsproxy" can be published, fewer than minHealthy, 1: record sets of somebody else are in the way of fd00::1',
      },
    ],
  });
});

it('a name stays with its service while the next one can publish nothing there', () => {
  const sets = [registered({ service: 'old' }), multivalueSet('10.0.0.9', { service: 'old' }), theirs];
  const decision = decideOn([instance(six)], sets);
  expect(decision.verdict).toMatchObject({ decision: 'hold', reason: 'below-minimum' });
  expect(hasWork(decision)).toBe(false);
});

it.each(['multivalue', 'simple'] as const)(
  'who has one type has a name that nobody keeps: with %s',
  (routing) => {
    const decision = decideOn([instance(a), instance(six)], [theirs], { routing });
    expect(decision.verdict).toMatchObject({ decision: 'refuse', reason: 'conflict' });
    expect(hasWork(decision)).toBe(false);
  },
);

it('where one is of no type, or all types are taken, nothing is changed', () => {
  const both = [registered(), theirs, otherSet('alias')];
  const refused = decideOn([instance(a), instance(six)], both);
  expect(refusals(refused)).toEqual([
    ['A', 'conflict'],
    ['AAAA', 'conflict'],
  ]);
  const named = decideOn([instance(a), instance(six)], [otherSet('simple', 'CNAME')]);
  expect(named.verdict).toMatchObject({ decision: 'refuse', reason: 'conflict' });
  expect([refused, named].map(hasWork)).toEqual([false, false]);
});

it('sets of ours that still have the former routing lose what fails, though others there keep it from changing', () => {
  const sets = [registered(), multivalueSet(a), multivalueSet(b), foreignSet('10.0.0.9')];
  const decision = decideOn([instance(a, 'critical'), instance(b)], sets, { routing: 'simple' });
  expect(refusals(decision)).toEqual([['A', 'conflict']]);
  expect(addressesIn(applyChanges(sets, decision.requests.flat()))).toEqual([b, '10.0.0.9']);
});
