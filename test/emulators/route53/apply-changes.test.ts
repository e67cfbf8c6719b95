import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsApiError } from '../../../emulators/aws/api-error.ts';
import { routingPolicyOf } from '../../../emulators/route53/model.ts';
import type { Change, RecordSet } from '../../../emulators/route53/server.ts';
import { HostedZone } from '../../../emulators/route53/zones.ts';

const address = fc.constantFrom('10.0.0.1', '10.0.0.2');

/** Few names and identifiers, so that the changes of a run get in each other's way. */
const recordSet: fc.Arbitrary<RecordSet> = fc
  .record({
    name: fc.constantFrom('a.corp.internal', 'A.corp.internal.', 'b.corp.internal'),
    ttl: fc.constantFrom(5, 60),
    address,
    policy: fc.constantFrom('simple', 'multivalue', 'weighted', 'cname'),
    setIdentifier: fc.constantFrom('one', 'two'),
  })
  .map(({ name, ttl, address, policy, setIdentifier }) => {
    if (policy === 'cname') return { name, ttl, type: 'CNAME', values: ['www.example.com'] };
    const set = { name, ttl, type: 'A', values: [address] } as const;
    if (policy === 'simple') return set;
    return {
      ...set,
      setIdentifier,
      ...(policy === 'multivalue' ? { multiValueAnswer: true } : { weight: 1 }),
    };
  });

const batch: fc.Arbitrary<Change[]> = fc.array(
  fc.record({ action: fc.constantFrom('CREATE', 'UPSERT', 'DELETE'), recordSet }),
  { minLength: 1, maxLength: 4 },
);

function tryApply(zone: HostedZone, changes: readonly Change[]): boolean {
  try {
    zone.apply(changes);
    return true;
  } catch (error) {
    if (error instanceof AwsApiError && error.code === 'InvalidChangeBatch') return false;
    throw error;
  }
}

describe('any run of batches', () => {
  it('is applied batch by batch, each whole or not at all, and never breaks a rule of the zone', () => {
    let applied = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 12 }), (batches) => {
        const zone = new HostedZone({ name: 'corp.internal', private: true });
        for (const changes of batches) {
          const before = zone.recordSets();
          if (!tryApply(zone, changes)) {
            refused += 1;
            expect(zone.recordSets()).toEqual(before);
            continue;
          }
          applied += 1;
          expectSound(zone);
          for (const { action, recordSet } of changes) {
            // What a batch says last about a record set is what the zone has.
            const last = changes.findLast((each) => identity(each.recordSet) === identity(recordSet));
            if (last?.action !== action || last.recordSet !== recordSet) continue;
            const [found] = zone
              .find(recordSet.name, recordSet.type)
              .filter((set) => set.setIdentifier === recordSet.setIdentifier);
            expect(found).toEqual(
              action === 'DELETE'
                ? undefined
                : { ...recordSet, name: recordSet.name.toLowerCase().replace(/\.?$/, '.') },
            );
          }
        }
      }),
      { numRuns: 300 },
    );
    // A property that only ever sees one side would say little.
    expect(applied).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  it('can be taken back by a batch of the opposite', () => {
    fc.assert(
      fc.property(fc.uniqueArray(recordSet, { selector: identity, maxLength: 4 }), (sets) => {
        const zone = new HostedZone({ name: 'corp.internal', private: true });
        const before = zone.recordSets();
        const create = sets.map((set): Change => ({ action: 'CREATE', recordSet: set }));
        fc.pre(create.length > 0 && tryApply(zone, create));
        zone.apply(
          zone
            .recordSets()
            .filter(isOwn)
            .map((set): Change => ({ action: 'DELETE', recordSet: set })),
        );
        expect(zone.recordSets()).toEqual(before);
      }),
    );
  });
});

const isOwn = (set: RecordSet) => set.name !== 'corp.internal.';

function identity({ name, type, setIdentifier }: RecordSet): string {
  return `${name.toLowerCase().replace(/\.$/, '')} ${type} ${setIdentifier}`;
}

function expectSound(zone: HostedZone): void {
  const sets = zone.recordSets();
  expect(sets.filter((set) => !isOwn(set)).map(({ type }) => type)).toEqual(['NS', 'SOA']);
  for (const set of sets) {
    const sameName = sets.filter((other) => other.name === set.name);
    const sameType = sameName.filter((other) => other.type === set.type);
    expect(new Set(sameType.map(routingPolicyOf)).size).toBe(1);
    expect(new Set(sameType.map((other) => other.setIdentifier)).size).toBe(sameType.length);
    if (set.type === 'CNAME') expect(sameName).toEqual([set]);
    if (set.weight !== undefined) expect(new Set(sameType.map(({ ttl }) => ttl)).size).toBe(1);
  }
}
