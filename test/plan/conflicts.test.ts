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
    'a name that nobody keeps is taken',
    [instance(a), instance(six)],
    [theirs],
    [theirs, multivalueSet(a), registered()],
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

it('where one is of no type, or all types are taken, nothing is changed, and the name is not claimed', () => {
  const both = [theirs, otherSet('alias')];
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
