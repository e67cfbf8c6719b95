import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { additionLimit } from '../../src/reconcile/addition-limit.ts';

const name = 'rdsproxy.corp.internal' as RecordName;
const other = 'other.corp.internal' as RecordName;
const [first, second] = ['10.0.1.1', '10.0.1.2'] as unknown as [Address, Address];

describe('the limit of additions', () => {
  it('delays nothing that was not added before', () => {
    expect(additionLimit().delayed(name, 7)).toEqual({ addresses: new Set(), until: 7 });
  });

  it('does not wait for an address that became due while it was decided to delay it', () => {
    const limit = additionLimit({ burst: 1, every: 1_000 });
    limit.added(name, first, 0);
    expect(limit.delayed(name, 999).addresses).toEqual(new Set([first]));
    expect(limit.delayed(name, 1_001)).toEqual({ addresses: new Set(), until: 1_001 });
  });

  it('delays an address once its burst is used up, until the next one is due', () => {
    const limit = additionLimit({ burst: 2, every: 1_000 });
    limit.added(name, first, 0);
    expect(limit.delayed(name, 0).addresses).toEqual(new Set());
    limit.added(name, first, 0);
    expect(limit.delayed(name, 0)).toEqual({ addresses: new Set([first]), until: 1_000 });
    expect(limit.delayed(name, 1_000).addresses).toEqual(new Set());
  });

  it('counts each address of each record on its own', () => {
    const limit = additionLimit({ burst: 1, every: 1_000 });
    limit.added(name, first, 0);
    limit.added(other, second, 500);
    expect(limit.delayed(name, 500)).toEqual({ addresses: new Set([first]), until: 1_000 });
    expect(limit.delayed(other, 500)).toEqual({ addresses: new Set([second]), until: 1_500 });
  });

  it('tells of several addresses when the first is due', () => {
    const limit = additionLimit({ burst: 1, every: 1_000 });
    limit.added(name, first, 0);
    limit.added(name, second, 400);
    expect(limit.delayed(name, 500)).toEqual({ addresses: new Set([first, second]), until: 1_000 });
  });

  it('delays an addition by a second at most, by default', () => {
    const limit = additionLimit();
    let now = 0;
    const waits: number[] = [];
    for (let flip = 0; flip < 200; flip++) {
      const { addresses: waiting, until } = limit.delayed(name, now);
      const wait = waiting.has(first) ? until - now : 0;
      waits.push(wait);
      now += wait;
      limit.added(name, first, now);
      now += 20;
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    expect(waits.filter((wait) => wait === 0).length).toBeGreaterThanOrEqual(25);
    // 200 additions, less the burst of 25, at one a second.
    expect(now).toBeGreaterThan(170_000);
  });
});
