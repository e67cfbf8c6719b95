import { describe, expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { costOf, fits } from '../../src/plan/batches.ts';
import { decide } from '../../src/plan/decide.ts';
import {
  addressesIn,
  applyChanges,
  foreignSet,
  goneIn,
  inShort,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  registered,
  simpleSet,
  ZONE,
} from '../support/records.ts';

function requestsFor(
  instances: readonly Instance[],
  sets: readonly RecordSet[],
  own: Parameters<typeof recordSetting>[0] = {},
) {
  const decision = decide(
    recordSetting(own),
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets } },
    { force: true, now: 0 },
  );
  expect(decision.verdict).toEqual({ decision: 'approve' });
  return decision.requests;
}

/** So many addresses of one network. */
const many = (network: number, count: number, family: 4 | 6 = 4) =>
  Array.from({ length: count }, (_, i) =>
    family === 4 ? `10.${network}.${i >> 8}.${i & 255}` : `fd00:${network}::${(i + 1).toString(16)}`,
  );
const up = (addresses: readonly string[]) => addresses.map((address) => instance(address));
const ofOurs = (addresses: readonly string[]) => addresses.map((address) => multivalueSet(address));
const own = registered();

/** How many addresses the name has before the requests, and after each. */
function countsDuring(sets: readonly RecordSet[], requests: ReturnType<typeof requestsFor>) {
  const counts = [addressesIn(sets).length];
  let current = sets;
  for (const request of requests) {
    current = applyChanges(current, request);
    counts.push(addressesIn(current).length);
  }
  return counts;
}

describe('the requests of a decision', () => {
  it('needs none where there is nothing to change', () => {
    expect(requestsFor(up(['10.0.0.1']), [own, multivalueSet('10.0.0.1')])).toEqual([]);
  });

  it('makes all changes of a record in one request, of both types and of the registry record', () => {
    const requests = requestsFor(up(['10.0.0.1', 'fd00::1']), [multivalueSet('10.0.0.9')]);
    expect(requests.map(inShort)).toEqual([
      [
        '- A multivalue 10.0.0.9',
        '+ A multivalue 10.0.0.1',
        '+ AAAA multivalue fd00::1',
        '+ TXT multivalue "heritage=consul-route53-updater,owner=test,service=rdsproxy"',
      ],
    ]);
  });

  it('leaves the sets alone where only the registry record is missing', () => {
    const requests = requestsFor(up(['10.0.0.1']), [multivalueSet('10.0.0.1')]);
    expect(requests.flatMap(inShort)).toEqual([expect.stringContaining('+ TXT')]);
  });

  it('takes over a name in one request', () => {
    const sets = [registered({ owner: 'another' }), multivalueSet('10.0.0.9')];
    const requests = requestsFor(up(['10.0.0.1']), sets, { onConflict: 'replace' });
    expect(requests).toHaveLength(1);
    expect(countsDuring(sets, requests)).toEqual([1, 1]);
  });
});

describe('a set that stays', () => {
  it.each<[string, readonly Instance[], readonly RecordSet[], Parameters<typeof recordSetting>[0], string]>([
    ['beside one that goes', up(['10.0.0.1']), ofOurs(['10.0.0.1', '10.0.0.2']), {}, 'A multivalue 10.0.0.1'],
    [
      'of the other type',
      [...up(['fd00::1']), instance('10.0.0.1', 'critical')],
      ofOurs(['10.0.0.1', 'fd00::1']),
      {},
      'AAAA multivalue fd00::1',
    ],
    [
      'of the other type, under simple routing',
      [...up(['fd00::1']), instance('10.0.0.1', 'critical')],
      [simpleSet(['10.0.0.1']), simpleSet(['fd00::1'])],
      { routing: 'simple' },
      'AAAA simple fd00::1',
    ],
  ])('%s is asserted where a request only removes', (_, instances, sets, routing, kept) => {
    const [request = []] = requestsFor(instances, [own, ...sets], routing);
    expect(inShort(request).at(-1)).toBe(`! ${kept}`);
    // Somebody may have removed it meanwhile: the name is not emptied all the same.
    const removed = request.flatMap(goneIn);
    expect(addressesIn(applyChanges([own, ...removed], request)).length).toBeGreaterThan(0);
  });

  it('is asserted also where the same request notes whose the name is', () => {
    const [request = []] = requestsFor(up(['10.0.0.1']), ofOurs(['10.0.0.1', '10.0.0.2']));
    expect(inShort(request)).toEqual([
      '- A multivalue 10.0.0.2',
      expect.stringContaining('+ TXT'),
      '! A multivalue 10.0.0.1',
    ]);
  });

  it('needs no word where the request writes an address anyway', () => {
    const [request = []] = requestsFor(up(['10.0.0.1', '10.0.0.3']), [
      own,
      ...ofOurs(['10.0.0.1', '10.0.0.2']),
    ]);
    expect(inShort(request)).toEqual(['- A multivalue 10.0.0.2', '+ A multivalue 10.0.0.3']);
  });
});

describe('a record that is too large for one request', () => {
  it('adds before it removes, and never has fewer addresses than before or after', () => {
    const sets = [own, ...ofOurs(many(1, 950)), foreignSet('10.0.0.9')];
    const requests = requestsFor(up(many(2, 99)), sets);
    const counts = countsDuring(sets, requests);
    expect(requests.length).toBeGreaterThan(1);
    expect(Math.min(...counts)).toBe(100);
    expect(counts.at(-1)).toBe(100);
    for (const request of requests) expect(fits(costOf(request))).toBe(true);
  });

  it('asserts a set that stays in each request that only removes', () => {
    const sets = [own, ...ofOurs(many(1, 2_000)), ...ofOurs(['10.0.0.1'])];
    const requests = requestsFor(up(['10.0.0.1']), sets);
    expect(requests.length).toBeGreaterThan(2);
    for (const request of requests) {
      expect(inShort(request).at(-1)).toBe('! A multivalue 10.0.0.1');
      expect(fits(costOf(request))).toBe(true);
    }
    expect(countsDuring(sets, requests).at(-1)).toBe(1);
  });

  it('removes what is dead also where a simple set that stays leaves no room to be asserted', () => {
    const sets = [own, simpleSet(many(1, 400)), simpleSet(many(1, 400, 6))];
    const instances = [...up(many(1, 400, 6)), ...many(1, 400).map((at) => instance(at, 'critical'))];
    const requests = requestsFor(instances, sets, { routing: 'simple' });
    for (const request of requests) expect(fits(costOf(request))).toBe(true);
    expect(countsDuring(sets, requests)).toEqual([800, 400]);
  });

  it('notes whose it is with the first request', () => {
    const requests = requestsFor(up(many(1, 100)), ofOurs(many(2, 950)));
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.map((request) => request.filter(({ set }) => set.type === 'TXT').length)).toEqual([
      1,
      ...requests.slice(1).map(() => 0),
    ]);
    expect(inShort(requests[0] ?? [])[0]).toContain('+ TXT');
  });

  it('keeps the types apart: one that gives way stays together, the other adds first', () => {
    const sets = [own, ...ofOurs(many(1, 350)), ...ofOurs(many(1, 350, 6))];
    const instances = up([...many(1, 350), ...many(1, 350, 6)]);
    const requests = requestsFor(instances, sets, { routing: 'simple' });
    expect(requests.length).toBeGreaterThan(1);
    expect(countsDuring(sets, requests)).toEqual([700, ...requests.map(() => 700)]);
  });
});

describe('a switch that cannot stand beside what was there', () => {
  it('from multivalue to simple is one request, also with 350 addresses', () => {
    const sets = [own, ...ofOurs(many(1, 350))];
    const requests = requestsFor(up(many(1, 350)), sets, { routing: 'simple' });
    expect(requests).toHaveLength(1);
    expect(countsDuring(sets, requests)).toEqual([350, 350]);
  });

  it('from a CNAME that is replaced is one request', () => {
    const sets = [otherSet('simple', 'CNAME')];
    const requests = requestsFor(up(many(1, 5)), sets, { onConflict: 'replace' });
    expect(requests).toHaveLength(1);
    expect(countsDuring(sets, requests)).toEqual([0, 5]);
  });
});
