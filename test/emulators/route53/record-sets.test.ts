import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, type RecordSet } from '../../../emulators/route53/model.ts';
import { isAtOrAfter, orderKey } from '../../../emulators/route53/order.ts';
import { RecordSets } from '../../../emulators/route53/record-sets.ts';

const name = fc.constantFrom(
  'corp.internal.',
  'a.corp.internal.',
  'a-b.corp.internal.',
  'b.a.corp.internal.',
  '\\052.corp.internal.',
  // The same reversed labels as b.a.corp.internal.
  'b\\056a.corp.internal.',
);

const recordSet: fc.Arbitrary<RecordSet> = fc.record({
  name,
  type: fc.constantFrom('A', 'AAAA', 'TXT'),
  setIdentifier: fc.constantFrom('one', 'two'),
  ttl: fc.nat(3),
  values: fc.constant(['10.0.0.1']),
});

const act = fc.record({ remove: fc.boolean(), set: recordSet });

/** The listing as its documentation has it: everything sorted anew. */
function sorted(sets: Iterable<RecordSet>): RecordSet[] {
  const key = (set: RecordSet) => [orderKey(set.name), set.name, set.type, set.setIdentifier].join('\n');
  return [...sets].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

describe('record sets found by name', () => {
  it('are those of a plain map, after any writes', () => {
    fc.assert(
      fc.property(fc.array(act), recordSet, fc.integer({ min: 1, max: 5 }), (acts, from, most) => {
        const plain = new Map<string, RecordSet>();
        const sets = new RecordSets();
        for (const { remove, set } of acts) {
          if (remove) expect(sets.delete(set)).toBe(plain.delete(keyOf(set)));
          else sets.put(set);
          if (!remove) plain.set(keyOf(set), set);
          // A listing between two writes must not stay.
          expect(sets.list()).toEqual(sorted(plain.values()));
          expect(sets.size).toBe(plain.size);
          expect(sets.get(set)).toEqual(plain.get(keyOf(set)));
          expect(sets.at(set.name)).toEqual(
            sorted([...plain.values()].filter((other) => other.name === set.name)),
          );
        }
        const rest = sorted(plain.values()).filter((set) => isAtOrAfter(set, from));
        expect(sets.list(from)).toEqual(rest);
        expect(sets.list(from, most)).toEqual(rest.slice(0, most));
        expect(sets.list({ name: from.name }, most)).toEqual(
          sorted(plain.values())
            .filter((set) => isAtOrAfter(set, { name: from.name }))
            .slice(0, most),
        );
      }),
    );
  });
});
