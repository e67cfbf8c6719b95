import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decide } from '../../src/plan/decide.ts';
import {
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../support/records.ts';

function verdictOf(
  own: Parameters<typeof recordSetting>[0],
  instances: readonly Instance[],
  current: readonly RecordSet[],
  { zone = ZONE, force = false } = {},
) {
  const published = { known: true, value: { zone, sets: current } } as const;
  const known = { known: true, value: instances } as const;
  const { verdict, lines } = decide(recordSetting(own), known, published, { force, now: 0 });
  return lines.find(({ refusal }) => refusal)?.refusal ?? verdict;
}

/** Why something is held: the worst reason, in words. */
const holdOf = (...asked: Parameters<typeof verdictOf>) => {
  const verdict = verdictOf(...asked);
  const [worst] = verdict.decision === 'approve' ? (verdict.holds ?? []) : [verdict];
  return worst && 'reason' in worst ? { reason: worst.reason, message: worst.message } : undefined;
};

const published = (...addresses: readonly string[]) => addresses.map((address) => multivalueSet(address));
const healthy = (...addresses: readonly string[]) => addresses.map((address) => instance(address));
const failing = (...addresses: readonly string[]) =>
  addresses.map((address) => instance(address, 'critical'));

describe('the guards', () => {
  it.each<[string, readonly Instance[], readonly RecordSet[]]>([
    ['all healthy', healthy('10.0.0.1', '10.0.0.2'), published('10.0.0.1', '10.0.0.2')],
    ['a first run', healthy('10.0.0.1'), []],
    ['one of two fails', [...healthy('10.0.0.1'), ...failing('10.0.0.2')], published('10.0.0.1', '10.0.0.2')],
    [
      'three of four fail: a failing check is believed',
      [...healthy('10.0.0.1'), ...failing('10.0.0.2', '10.0.0.3', '10.0.0.4')],
      published('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
    ],
    ['one of two vanished', healthy('10.0.0.1'), published('10.0.0.1', '10.0.0.2')],
    ['all replaced by new ones', healthy('10.0.0.3', '10.0.0.4'), published('10.0.0.1', '10.0.0.2')],
    [
      'two fail and one of the other two vanished',
      [...healthy('10.0.0.1'), ...failing('10.0.0.3', '10.0.0.4')],
      published('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
    ],
    ['a foreign set beside ours', healthy('10.0.0.1'), [foreignSet('10.0.0.9')]],
    [
      'all of another service replaced by fewer, at a name that moves: they were never registered in this one',
      healthy('10.0.0.1'),
      [
        registered({ service: 'web' }),
        ...['10.0.0.7', '10.0.0.8', '10.0.0.9'].map((at) => multivalueSet(at, { service: 'web' })),
      ],
    ],
  ])('approve: %s', (_, instances, current) => {
    expect(verdictOf({}, instances, current)).toEqual({ decision: 'approve' });
  });

  it.each<
    [string, Parameters<typeof recordSetting>[0], readonly Instance[], readonly RecordSet[], string, string]
  >([
    [
      'all critical',
      {},
      failing('10.0.0.1', '10.0.0.2'),
      published('10.0.0.1', '10.0.0.2'),
      'no-healthy-instances',
      'none of the 2 instances of "rdsproxy" is healthy: node-10.0.0.1: check "service:rdsproxy" is critical; node-10.0.0.2: check "service:rdsproxy" is critical',
    ],
    [
      'service unknown',
      {},
      [],
      published('10.0.0.1'),
      'no-healthy-instances',
      '"rdsproxy" has no instances in Consul, or none that the token may read',
    ],
    [
      'fewer than the minimum',
      { minHealthy: 2 },
      [...healthy('10.0.0.1'), ...failing('10.0.0.2')],
      published('10.0.0.1', '10.0.0.2'),
      'below-minimum',
      '1 healthy address of "rdsproxy", fewer than minHealthy, 2: node-10.0.0.2: check "service:rdsproxy" is critical',
    ],
    [
      'two of three vanished',
      {},
      healthy('10.0.0.1'),
      published('10.0.0.1', '10.0.0.2', '10.0.0.3'),
      'vanished',
      '10.0.0.2, 10.0.0.3 are published but no longer registered in Consul as "rdsproxy", which would leave 1 of 3; it is believed if Consul says the same until 1970-01-01T00:10:00.000Z',
    ],
    [
      'none healthy of the service that a name is to move to: it stays with the other one',
      {},
      failing('10.0.0.1'),
      [registered({ service: 'web' }), multivalueSet('10.0.0.7', { service: 'web' })],
      'no-healthy-instances',
      'the only instance of "rdsproxy" is not healthy: node-10.0.0.1: check "service:rdsproxy" is critical',
    ],
    [
      'two of three vanished, at a name that is noted as ours',
      {},
      healthy('10.0.0.1'),
      [registered(), ...published('10.0.0.1', '10.0.0.2', '10.0.0.3')],
      'vanished',
      '10.0.0.2, 10.0.0.3 are published but no longer registered in Consul as "rdsproxy", which would leave 1 of 3; it is believed if Consul says the same until 1970-01-01T00:10:00.000Z',
    ],
    [
      'healthy, but nowhere allowed',
      {},
      healthy('8.8.8.8'),
      published('10.0.0.1'),
      'address-not-allowed',
      'too few healthy instances of "rdsproxy" have an address that may be published',
    ],
  ])('hold: %s', (_, own, instances, current, reason, message) => {
    expect(holdOf(own, instances, current)).toEqual({ reason, message });
  });

  it.each<
    [string, Parameters<typeof recordSetting>[0], readonly Instance[], readonly RecordSet[], string, RegExp]
  >([
    [
      'a simple set at our name',
      {},
      healthy('10.0.0.1'),
      [simpleSet(['10.0.0.9'])],
      'conflict',
      /already has the simple A record set \[10\.0\.0\.9\], which is not ours$/,
    ],
    [
      'a foreign multivalue set, for simple routing',
      { routing: 'simple' },
      healthy('10.0.0.1'),
      [foreignSet('10.0.0.9')],
      'conflict',
      /multivalue A record set "terraform-10\.0\.0\.9"/,
    ],
    [
      'a name that another owner keeps',
      {},
      healthy('10.0.0.1'),
      [registered({ owner: 'blue', service: 'web' }), multivalueSet('10.0.0.9', { service: 'web' })],
      'owned-by-another',
      /^rdsproxy\.corp\.internal is kept by the owner "blue", for its service "web"$/,
    ],
    [
      'a name that another owner keeps, with a conflict besides: the owner is to be asked first',
      {},
      healthy('10.0.0.1'),
      [registered({ owner: 'blue' }), simpleSet(['10.0.0.9'])],
      'owned-by-another',
      /"blue"/,
    ],
    [
      'a simple TXT set, beside which there can be no registry record',
      {},
      healthy('10.0.0.1'),
      [otherSet('simple', 'TXT')],
      'conflict',
      /already has the simple TXT record set, which is not ours$/,
    ],
    [
      'a name outside the zone',
      { name: 'rdsproxy.xcorp.internal' },
      healthy('10.0.0.1'),
      [],
      'outside-zone',
      /^rdsproxy\.xcorp\.internal is not in the hosted zone Z1 \(corp\.internal\)$/,
    ],
  ])('refuse: %s', (_, own, instances, current, reason, message) => {
    expect(verdictOf(own, instances, current)).toMatchObject({
      decision: 'refuse',
      reason,
      message: expect.stringMatching(message),
    });
  });

  it('refuse: a public zone, before anything else', () => {
    const zone = { ...ZONE, private: false };
    expect(verdictOf({}, [], [simpleSet(['10.0.0.9'])], { zone })).toMatchObject({
      decision: 'refuse',
      reason: 'public-zone',
    });
  });

  it('publish 400 addresses in one simple set', () => {
    const instances = Array.from({ length: 400 }, (_, i) => instance(`10.0.${i >> 8}.${i & 255}`));
    expect(verdictOf({ routing: 'simple' }, instances, [])).toEqual({ decision: 'approve' });
  });

  it('let a name be taken over from another owner where that is asked for, and no other guard with it', () => {
    const current = [registered({ owner: 'blue' }), ...published('10.0.0.1', '10.0.0.2', '10.0.0.3')];
    const own = { onConflict: 'replace' } as const;
    expect(verdictOf(own, healthy('10.0.0.1', '10.0.0.2'), current)).toEqual({ decision: 'approve' });
    expect(holdOf(own, healthy('10.0.0.1'), current)).toMatchObject({ reason: 'vanished' });
    expect(holdOf(own, [], current)).toMatchObject({ reason: 'unknown-service' });
  });

  it('let force override what vanished, and nothing else', () => {
    const current = published('10.0.0.1', '10.0.0.2', '10.0.0.3');
    expect(verdictOf({}, healthy('10.0.0.1'), current, { force: true })).toEqual({ decision: 'approve' });
    expect(holdOf({}, [], current, { force: true })).toMatchObject({ reason: 'no-healthy-instances' });
    expect(holdOf({ minHealthy: 2 }, healthy('10.0.0.1'), current, { force: true })).toMatchObject({
      reason: 'below-minimum',
    });
    const theirs = [registered({ owner: 'blue' }), ...current];
    expect(verdictOf({}, healthy('10.0.0.1'), theirs, { force: true })).toMatchObject({
      reason: 'owned-by-another',
    });
  });

  it('count the addresses of both families together', () => {
    const current = published('10.0.0.1', 'fd00::1');
    expect(verdictOf({ minHealthy: 2 }, healthy('10.0.0.1', 'fd00::1'), current)).toEqual({
      decision: 'approve',
    });
    expect(verdictOf({}, [...healthy('10.0.0.1'), ...failing('fd00::1')], current)).toEqual({
      decision: 'approve',
    });
  });

  it('name at most five instances in a message', () => {
    const hold = holdOf({}, failing(...Array.from({ length: 9 }, (_, i) => `10.0.0.${i}`)), []);
    expect(hold).toMatchObject({ message: expect.stringMatching(/; and 4 more$/) });
  });
});

describe('decide', () => {
  const setting = recordSetting({ name: 'a.corp.internal' as RecordName });
  const hold = { decision: 'hold', reason: 'source-suspect', cause: 'no-leader', message: 'none' } as const;
  const fail = { decision: 'fail', reason: 'access-denied', message: 'denied' } as const;

  it('holds what is published when Consul is not believed', () => {
    const current = { known: true, value: { zone: ZONE, sets: published('10.0.0.1') } } as const;
    expect(
      decide(setting, { known: false, objection: hold }, current, { force: false, now: 0 }),
    ).toMatchObject({
      lines: [{ type: 'A', published: ['10.0.0.1'], desired: null, changes: [] }],
      verdict: hold,
    });
  });

  it('does not let a suspect source hide a zone that rules the record out', () => {
    const current = { known: true, value: { zone: { ...ZONE, private: false }, sets: [] } } as const;
    const decision = decide(setting, { known: false, objection: hold }, current, { force: false, now: 0 });
    expect(decision.verdict).toMatchObject({ reason: 'public-zone' });
  });

  it('says of whom a name is taken over, and of nobody else', () => {
    const formerOwner = (sets: readonly RecordSet[]) =>
      decide(
        recordSetting({ onConflict: 'replace' }),
        { known: true, value: healthy('10.0.0.1') },
        { known: true, value: { zone: ZONE, sets } },
        { force: false, now: 0 },
      ).formerOwner;
    expect(formerOwner([registered({ owner: 'blue' })])).toBe('blue');
    expect(formerOwner([registered({ service: 'web' })])).toBeUndefined();
    expect(formerOwner([])).toBeUndefined();
  });

  it('fails when Route 53 could not be read, and still says what Consul said', () => {
    const decision = decide(
      setting,
      { known: true, value: healthy('10.0.0.1') },
      { known: false, objection: fail },
      { force: false, now: 0 },
    );
    expect(decision).toMatchObject({
      lines: [{ published: null, desired: null, changes: [] }],
      instances: [{ address: '10.0.0.1' }],
      verdict: fail,
    });
  });
});
