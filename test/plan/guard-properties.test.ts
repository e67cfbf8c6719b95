import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthOf } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { registrationIn } from '../../src/plan/ownership.ts';
import { addressesIn } from '../support/records.ts';
import {
  carriedOut,
  decideIn,
  healthyIn,
  isAllowed,
  isForeign,
  ourAddresses,
  type Scenario,
  scenario,
} from '../support/scenarios.ts';

/** Milliseconds after which every hold of what vanished is over. */
const HOLD = 600_000;

const isApproved = (input: Scenario, now = 0) => decideIn(input, now).verdict.decision === 'approve';

/** The addresses at which an instance fails, and none is healthy. */
const failingIn = (input: Scenario) =>
  input.instances
    .filter(({ checks, address }) => healthOf(checks).status !== 'passing' && !healthyIn(input).has(address))
    .map(({ address }) => address);

/** The healthy addresses that somebody else's sets are not in the way of. */
function publishableIn(input: Scenario): readonly string[] {
  const { routing, onConflict } = input.setting;
  const isInTheWay = (set: RecordSet) =>
    isForeign(set, input) && (routing === 'simple' || set.routing !== 'multivalue');
  const taken = onConflict === 'refuse' ? input.current.filter(isInTheWay).map(({ type }) => type) : [];
  return [...healthyIn(input)].filter((address) => !taken.includes(address.includes(':') ? 'AAAA' : 'A'));
}

describe('what our sets hold after any decision', () => {
  it('is healthy, or was there before', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const before: readonly string[] = addressesIn(input.current);
        for (const address of ourAddresses(carriedOut(input), input))
          expect(healthyIn(input).has(address) || before.includes(address)).toBe(true);
      }),
    );
  });

  it('is allowed, whatever is held', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (isApproved(input))
          expect(ourAddresses(carriedOut(input), input).filter((address) => !isAllowed(address))).toEqual([]);
      }),
    );
  });

  it('is all that is healthy, and without anything held nothing else', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const { verdict, lines } = decideIn(input);
        if (verdict.decision !== 'approve' || keptByAnotherService(input)) return;
        if (lines.some(({ refusal }) => refusal)) return;
        const after = ourAddresses(carriedOut(input), input);
        expect(after).toEqual(expect.arrayContaining([...healthyIn(input)]));
        if (!verdict.holds) expect(new Set(after)).toEqual(healthyIn(input));
      }),
    );
  });

  it('is nothing that fails, where enough others are left', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const failing = failingIn(input);
        const after: readonly string[] = ourAddresses(carriedOut(input), input);
        const others = after.filter((address) => !failing.includes(address));
        // Where somebody else's set keeps a type as it is, an address may be in two sets of it.
        const isEnough = new Set(others).size >= input.setting.minHealthy;
        if (isApproved(input) && !keptByAnotherService(input) && isEnough) expect(after).toEqual(others);
      }),
    );
  });

  it('is what is healthy once the time of a hold is over, where that is enough', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        if (!isApproved(input) || publishableIn(input).length < input.setting.minHealthy) return;
        const held = { ...input, current: carriedOut(input) };
        if (decideIn(held).lines.some(({ refusal }) => refusal)) return;
        expect(decideIn(held, HOLD).verdict).toEqual({ decision: 'approve' });
        expect(new Set(ourAddresses(carriedOut(held, HOLD), held))).toEqual(healthyIn(input));
      }),
    );
  });
});

/** Whether the name stays with another service or owner, as this one has too few instances. */
function keptByAnotherService(input: Scenario): boolean {
  const { query, owner, minHealthy } = input.setting;
  const known = registrationIn(input.current);
  const isElsewhere = known && (known.service !== query.service || known.owner !== owner);
  return isElsewhere === true && publishableIn(input).length < minHealthy;
}
