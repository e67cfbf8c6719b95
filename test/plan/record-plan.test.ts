import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decideDesired } from '../../src/plan/desired.ts';
import { planRecord } from '../../src/plan/record-plan.ts';
import {
  foreignSet,
  inShort,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  textSet,
} from '../support/records.ts';

function planOf(
  own: Parameters<typeof recordSetting>[0],
  instances: readonly Instance[],
  current: readonly RecordSet[],
) {
  return planRecord(recordSetting(own), decideDesired(instances, addressPolicy()), current);
}

const short = (plans: ReturnType<typeof planRecord>) => inShort(plans.flatMap(({ changes }) => changes));

describe('planRecord, multivalue', () => {
  it('publishes each address in a set of its own, under an identifier that says whose it is', () => {
    const [plan] = planOf({}, [instance('10.0.0.1'), instance('10.0.0.2')], []);
    expect(plan?.changes.map(({ set }) => set)).toEqual([
      multivalueSet('10.0.0.1'),
      multivalueSet('10.0.0.2'),
    ]);
  });

  it.each<[string, readonly Instance[], readonly RecordSet[], readonly string[]]>([
    ['nothing differs', [instance('10.0.0.1')], [multivalueSet('10.0.0.1')], []],
    [
      'an address came',
      [instance('10.0.0.1'), instance('10.0.0.2')],
      [multivalueSet('10.0.0.1')],
      ['+ A multivalue 10.0.0.2'],
    ],
    [
      'an address went',
      [instance('10.0.0.1'), instance('10.0.0.2', 'critical')],
      [multivalueSet('10.0.0.1'), multivalueSet('10.0.0.2')],
      ['- A multivalue 10.0.0.2'],
    ],
    [
      'the TTL differs',
      [instance('10.0.0.1')],
      [multivalueSet('10.0.0.1', { ttl: 60 })],
      ['~ A multivalue 10.0.0.1'],
    ],
    [
      'somebody attached a health check',
      [instance('10.0.0.1')],
      [{ ...multivalueSet('10.0.0.1'), healthCheckId: 'h' } as RecordSet],
      ['~ A multivalue 10.0.0.1'],
    ],
    [
      'somebody changed the value',
      [instance('10.0.0.1')],
      [{ ...multivalueSet('10.0.0.1'), values: ['10.9.9.9'] } as RecordSet],
      ['~ A multivalue 10.0.0.1'],
    ],
    [
      'IPv6 beside IPv4',
      [instance('10.0.0.1'), instance('fd00::1')],
      [],
      ['+ A multivalue 10.0.0.1', '+ AAAA multivalue fd00::1'],
    ],
    [
      'the same IPv6 address in another notation',
      [instance('fd00::1')],
      [{ ...multivalueSet('fd00::1'), values: ['FD00:0::1'] } as RecordSet],
      [],
    ],
    [
      'a foreign multivalue set',
      [instance('10.0.0.1')],
      [foreignSet('10.0.0.9')],
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'a record of another type',
      [instance('10.0.0.1')],
      [otherSet('simple', 'MX')],
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'a TXT set that may stand beside the registry record',
      [instance('10.0.0.1')],
      [textSet('spf', '"v=spf1 -all"')],
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'a set of ours for another service, at a name that is ours: the name moves over',
      [instance('10.0.0.1')],
      [registered({ service: 'web' }), multivalueSet('10.0.0.9', { service: 'web' })],
      ['- A multivalue 10.0.0.9', '+ A multivalue 10.0.0.1'],
    ],
    [
      'another service with the same address',
      [instance('10.0.0.1')],
      [registered({ service: 'web' }), multivalueSet('10.0.0.1', { service: 'web' })],
      ['- A multivalue 10.0.0.1', '+ A multivalue 10.0.0.1'],
    ],
  ])('%s', (_, instances, current, expected) => {
    expect(short(planOf({}, instances, current))).toEqual(expected);
  });

  it.each<[string, RecordSet]>([
    ['a simple set', simpleSet(['10.0.0.9'])],
    ['an alias', otherSet('alias')],
    ['a weighted set', otherSet('weighted')],
    ['a CNAME', otherSet('simple', 'CNAME')],
    ['a simple TXT set', otherSet('simple', 'TXT')],
  ])('finds %s in conflict, and swaps it only on request', (_, set) => {
    const refused = planOf({}, [instance('10.0.0.1')], [set]);
    expect(refused[0]).toMatchObject({ conflicts: [set], changes: [] });
    const [replaced] = planOf({ onConflict: 'replace' }, [instance('10.0.0.1')], [set]);
    expect(replaced?.changes).toMatchObject([{ action: 'DELETE', set }, { action: 'CREATE' }]);
  });

  it('replaces a CNAME once, also where addresses of both families are desired', () => {
    const plans = planOf(
      { onConflict: 'replace' },
      [instance('10.0.0.1'), instance('fd00::1')],
      [otherSet('simple', 'CNAME')],
    );
    expect(short(plans)).toEqual(['- CNAME simple ', '+ A multivalue 10.0.0.1', '+ AAAA multivalue fd00::1']);
  });

  it('does not mind a set of the other type where it has nothing to publish', () => {
    const plans = planOf({}, [instance('10.0.0.1')], [simpleSet(['fd00::9'])]);
    expect(short(plans)).toEqual(['+ A multivalue 10.0.0.1']);
    expect(plans.flatMap(({ conflicts }) => conflicts)).toEqual([]);
  });
});

describe('planRecord, simple', () => {
  const simple = { routing: 'simple' } as const;

  it.each<[string, readonly Instance[], readonly RecordSet[], readonly string[]]>([
    ['nothing yet', [instance('10.0.0.2'), instance('10.0.0.1')], [], ['+ A simple 10.0.0.1,10.0.0.2']],
    [
      'the same in another order',
      [instance('10.0.0.1'), instance('10.0.0.2')],
      [registered(), simpleSet(['10.0.0.2', '10.0.0.1'])],
      [],
    ],
    [
      'one came and one went',
      [instance('10.0.0.1'), instance('10.0.0.3')],
      [registered(), simpleSet(['10.0.0.1', '10.0.0.2'])],
      ['~ A simple 10.0.0.1,10.0.0.3'],
    ],
    [
      'our own sets from before the routing changed',
      [instance('10.0.0.1')],
      [multivalueSet('10.0.0.1'), multivalueSet('10.0.0.2')],
      ['- A multivalue 10.0.0.1', '- A multivalue 10.0.0.2', '+ A simple 10.0.0.1'],
    ],
    [
      'an address of the other type whose instance fails',
      [instance('10.0.0.1'), instance('fd00::1', 'critical')],
      [registered(), simpleSet(['10.0.0.1']), simpleSet(['fd00::1'])],
      ['- AAAA simple fd00::1'],
    ],
    [
      'none of its addresses is known to Consul any more, at a name that is ours',
      [instance('10.0.0.1')],
      [registered(), simpleSet(['10.0.0.8', '10.0.0.9'])],
      ['~ A simple 10.0.0.1'],
    ],
    [
      'all moved to the other type, at a name that is ours',
      [instance('fd00::1')],
      [registered(), simpleSet(['10.0.0.8', '10.0.0.9'])],
      ['- A simple 10.0.0.8,10.0.0.9', '+ AAAA simple fd00::1'],
    ],
  ])('%s', (_, instances, current, expected) => {
    expect(short(planOf(simple, instances, current))).toEqual(expected);
  });

  it.each<[string, RecordSet]>([
    ['a foreign multivalue set', foreignSet('10.0.0.9')],
    ['a weighted set', otherSet('weighted')],
    ['an alias', otherSet('alias')],
    ['a simple set that nobody noted as ours', simpleSet(['10.0.0.9'])],
    ['a simple set that nobody noted as ours, though Consul knows its address', simpleSet(['10.0.0.1'])],
    ['a simple TXT set', otherSet('simple', 'TXT')],
  ])('finds %s in conflict', (_, set) => {
    expect(planOf(simple, [instance('10.0.0.1')], [set])[0]).toMatchObject({ conflicts: [set], changes: [] });
  });
});

describe('planRecord, at a name that nobody keeps', () => {
  it.each<[string, 'multivalue' | 'simple', RecordSet]>([
    ['another service', 'multivalue', multivalueSet('10.0.0.9', { service: 'web' })],
    ['another service, of the other type', 'multivalue', multivalueSet('fd00::9', { service: 'web' })],
    ['another service, under simple routing', 'simple', multivalueSet('10.0.0.9', { service: 'web' })],
    ['somebody, of the other type', 'simple', simpleSet(['fd00::9'])],
  ])('finds a set in conflict that would be ours by claiming it: of %s', (_, routing, set) => {
    const [refused] = planOf({ routing }, [instance('10.0.0.1')], [set]);
    expect(refused).toMatchObject({ published: [], conflicts: [set], changes: [] });
    const replaced = planOf({ routing, onConflict: 'replace' }, [instance('10.0.0.1')], [set]);
    expect(short(replaced)).toEqual([
      `- ${set.type} ${set.routing} ${set.values.join()}`,
      `+ A ${routing} 10.0.0.1`,
    ]);
  });

  it('replaces such a set once, also where addresses of both families are desired', () => {
    const set = multivalueSet('10.0.0.9', { service: 'web' });
    const both = [instance('10.0.0.1'), instance('fd00::1')];
    expect(short(planOf({ onConflict: 'replace' }, both, [set]))).toEqual([
      '- A multivalue 10.0.0.9',
      '+ A multivalue 10.0.0.1',
      '+ AAAA multivalue fd00::1',
    ]);
  });

  it('claims nothing, and minds nothing, where it has nothing to publish', () => {
    const plans = planOf({}, [], [multivalueSet('10.0.0.9', { service: 'web' })]);
    expect(plans).toMatchObject([{ published: [], conflicts: [], changes: [] }]);
  });
});

describe('planRecord, at a name that another owner keeps', () => {
  const current = [registered({ owner: 'another' }), multivalueSet('10.0.0.9')];

  it('changes nothing', () => {
    const [plan] = planOf({}, [instance('10.0.0.1')], current);
    expect(plan).toMatchObject({ changes: [] });
  });

  it('takes over what was published there, where that is asked for', () => {
    const plans = planOf({ onConflict: 'replace' }, [instance('10.0.0.1')], current);
    expect(short(plans)).toEqual(['- A multivalue 10.0.0.9', '+ A multivalue 10.0.0.1']);
  });
});

describe("a change's message", () => {
  it.each<[string, readonly Instance[], readonly RecordSet[], readonly string[]]>([
    ['added', [instance('10.0.0.1', 'passing', 'a')], [], ['add 10.0.0.1 (a: its check is passing)']],
    [
      'failing',
      [instance('10.0.0.1', 'critical', 'a')],
      [multivalueSet('10.0.0.1')],
      ['remove 10.0.0.1 (a: check "service:rdsproxy" is critical)'],
    ],
    ['gone', [], [multivalueSet('10.0.0.1')], ['remove 10.0.0.1 (no longer registered)']],
    [
      'TTL',
      [instance('10.0.0.1')],
      [multivalueSet('10.0.0.1', { ttl: 60 })],
      ['change the TTL of 10.0.0.1 from 60 to 5 seconds'],
    ],
  ])('says why: %s', (_, instances, current, messages) => {
    expect(
      planOf({}, instances, current).flatMap(({ changes }) => changes.map(({ message }) => message)),
    ).toEqual(messages);
  });

  it('tells additions and removals apart within one simple set', () => {
    const [plan] = planOf(
      { routing: 'simple' },
      [instance('10.0.0.3', 'passing', 'c'), instance('10.0.0.2', 'warning', 'b')],
      [registered(), simpleSet(['10.0.0.2'])],
    );
    expect(plan?.changes[0]?.message).toBe(
      'add 10.0.0.3 (c: its check is passing); remove 10.0.0.2 (b: check "service:rdsproxy" is warning)',
    );
  });
});
