import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decideDesired } from '../../src/plan/desired.ts';
import { planRecord, publishedLines } from '../../src/plan/record-plan.ts';
import {
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  simpleSet,
} from '../support/records.ts';

function planOf(
  own: Parameters<typeof recordSetting>[0],
  instances: readonly Instance[],
  current: readonly RecordSet[],
) {
  return planRecord(recordSetting(own), decideDesired(instances, addressPolicy()), current);
}

/** The changes in short: `+` for an UPSERT, `-` for a DELETE. */
const short = (plans: ReturnType<typeof planRecord>) =>
  plans.flatMap(({ type, changes }) =>
    changes.map(
      ({ action, set }) =>
        `${action === 'UPSERT' ? '+' : '-'} ${type} ${set.routing} ${set.values.join(',')}`,
    ),
  );

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
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'somebody attached a health check',
      [instance('10.0.0.1')],
      [{ ...multivalueSet('10.0.0.1'), healthCheckId: 'h' } as RecordSet],
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'somebody changed the value',
      [instance('10.0.0.1')],
      [{ ...multivalueSet('10.0.0.1'), values: ['10.9.9.9'] } as RecordSet],
      ['+ A multivalue 10.0.0.1'],
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
      'a set of ours for another service',
      [instance('10.0.0.1')],
      [multivalueSet('10.0.0.9', { service: 'rdsproxy2' })],
      ['+ A multivalue 10.0.0.1'],
    ],
    [
      'a record of another type',
      [instance('10.0.0.1')],
      [otherSet('simple', 'TXT')],
      ['+ A multivalue 10.0.0.1'],
    ],
  ])('%s', (_, instances, current, expected) => {
    expect(short(planOf({}, instances, current))).toEqual(expected);
  });

  it.each<[string, RecordSet]>([
    ['a simple set', simpleSet(['10.0.0.9'])],
    ['an alias', otherSet('alias')],
    ['a weighted set', otherSet('weighted')],
    ['a CNAME', otherSet('simple', 'CNAME')],
  ])('finds %s in conflict, and swaps it only on request', (_, set) => {
    const refused = planOf({}, [instance('10.0.0.1')], [set]);
    expect(refused[0]).toMatchObject({ conflicts: [set], changes: [] });
    const [replaced] = planOf({ onConflict: 'replace' }, [instance('10.0.0.1')], [set]);
    expect(replaced?.changes).toMatchObject([{ action: 'DELETE', set }, { action: 'UPSERT' }]);
  });

  it('replaces a CNAME once, also where addresses of both families are desired', () => {
    const plans = planOf(
      { onConflict: 'replace' },
      [instance('10.0.0.1'), instance('fd00::1')],
      [otherSet('simple', 'CNAME')],
    );
    expect(short(plans)).toEqual(['- A simple ', '+ A multivalue 10.0.0.1', '+ AAAA multivalue fd00::1']);
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
      [simpleSet(['10.0.0.2', '10.0.0.1'])],
      [],
    ],
    [
      'one came and one went',
      [instance('10.0.0.1'), instance('10.0.0.3')],
      [simpleSet(['10.0.0.1', '10.0.0.2'])],
      ['+ A simple 10.0.0.1,10.0.0.3'],
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
      [simpleSet(['10.0.0.1']), simpleSet(['fd00::1'])],
      ['- AAAA simple fd00::1'],
    ],
    [
      'a set of the other type that Consul knows nothing of',
      [instance('fd00::1')],
      [simpleSet(['10.0.0.9'])],
      ['+ AAAA simple fd00::1'],
    ],
  ])('%s', (_, instances, current, expected) => {
    expect(short(planOf(simple, instances, current))).toEqual(expected);
  });

  it.each<[string, RecordSet]>([
    ['a foreign multivalue set', foreignSet('10.0.0.9')],
    ['a weighted set', otherSet('weighted')],
    ['an alias', otherSet('alias')],
  ])('finds %s in conflict', (_, set) => {
    expect(planOf(simple, [instance('10.0.0.1')], [set])[0]).toMatchObject({ conflicts: [set], changes: [] });
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
      [simpleSet(['10.0.0.2'])],
    );
    expect(plan?.changes[0]?.message).toBe(
      'add 10.0.0.3 (c: its check is passing); remove 10.0.0.2 (b: check "service:rdsproxy" is warning)',
    );
  });
});

describe('publishedLines', () => {
  it('lists what is ours, by type', () => {
    const lines = publishedLines(recordSetting(), [
      multivalueSet('10.0.0.1'),
      multivalueSet('fd00::1'),
      foreignSet('10.0.0.9'),
    ]);
    expect(lines).toEqual([
      { type: 'A', published: ['10.0.0.1'], desired: null, changes: [] },
      { type: 'AAAA', published: ['fd00::1'], desired: null, changes: [] },
    ]);
  });

  it('has an empty line for A where nothing is published', () => {
    expect(publishedLines(recordSetting(), [])).toMatchObject([{ type: 'A', published: [] }]);
  });
});
