import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { additionLimit } from '../../src/reconcile/addition-limit.ts';

const name = 'rdsproxy.corp.internal' as RecordName;
const other = 'other.corp.internal' as RecordName;
const [first, second] = ['10.0.1.1', '10.0.1.2'] as unknown as [Address, Address];
const NONE = { addresses: new Set(), isRecordBusy: false };

/** Of which the record is never busy. */
const rates = (burst: number) => ({
  address: { burst, every: 1_000 },
  record: { burst: 1_000, every: 1 },
});

describe('the limit of additions', () => {
  it('delays nothing that was not added before', () => {
    expect(additionLimit().delaysOf(name, 7)).toEqual({ ...NONE, until: 7 });
  });

  it('does not wait for an address that became due while it was decided to delay it', () => {
    const limit = additionLimit(rates(1));
    limit.note(name, [first], 0);
    expect(limit.delaysOf(name, 999).addresses).toEqual(new Set([first]));
    expect(limit.delaysOf(name, 1_001)).toEqual({ ...NONE, until: 1_001 });
  });

  it('delays an address once its burst is used up, until the next one is due', () => {
    const limit = additionLimit(rates(2));
    limit.note(name, [first], 0);
    expect(limit.delaysOf(name, 0).addresses).toEqual(new Set());
    limit.note(name, [first], 0);
    expect(limit.delaysOf(name, 0)).toMatchObject({ addresses: new Set([first]), until: 1_000 });
    expect(limit.delaysOf(name, 1_000).addresses).toEqual(new Set());
  });

  it('counts each address of each record on its own', () => {
    const limit = additionLimit(rates(1));
    limit.note(name, [first], 0);
    limit.note(other, [second], 500);
    expect(limit.delaysOf(name, 500)).toMatchObject({ addresses: new Set([first]), until: 1_000 });
    expect(limit.delaysOf(other, 500)).toMatchObject({ addresses: new Set([second]), until: 1_500 });
  });

  it('tells of several addresses when the first is due', () => {
    const limit = additionLimit(rates(1));
    limit.note(name, [first], 0);
    limit.note(name, [second], 400);
    expect(limit.delaysOf(name, 500)).toMatchObject({ addresses: new Set([first, second]), until: 1_000 });
  });

  it('delays an addition by a second at most, by default', () => {
    const limit = additionLimit();
    let now = 0;
    const waits: number[] = [];
    for (let flip = 0; flip < 200; flip++) {
      const { addresses: waiting, until } = limit.delaysOf(name, now);
      const wait = waiting.has(first) ? until - now : 0;
      waits.push(wait);
      now += wait;
      limit.note(name, [first], now);
      now += 20;
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    expect(waits.filter((wait) => wait === 0).length).toBeGreaterThanOrEqual(25);
    // 200 additions, less the burst of 25, at one a second.
    expect(now).toBeGreaterThan(170_000);
  });

  it('does not make the next one wait for longer where one was made that could not wait', () => {
    const limit = additionLimit(rates(1));
    for (let time = 0; time < 10; time++) limit.note(name, [first], 0);
    expect(limit.delaysOf(name, 0).until).toBe(1_000);
  });

  it('holds for a record as a whole, however many addresses take turns', () => {
    const limit = additionLimit();
    let changes = 0;
    for (let now = 0; now < 10_000; now += 50) {
      const { isRecordBusy, until } = limit.delaysOf(name, now);
      expect(until - now).toBeLessThanOrEqual(250);
      if (isRecordBusy) continue;
      limit.note(name, [`10.0.2.${changes}` as Address], now);
      changes++;
    }
    expect(changes).toBeLessThanOrEqual(15 + 40);
    expect(changes).toBeGreaterThan(30);
    expect(limit.delaysOf(other, 10_000)).toEqual({ ...NONE, until: 10_000 });
  });
});
