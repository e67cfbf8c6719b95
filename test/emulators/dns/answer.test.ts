import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAnswer } from '../../../emulators/dns/answer.ts';
import { type DnsZone, lookupIn, plainName } from '../../../emulators/dns/lookup.ts';
import { multivalue, set, zone } from './support.ts';

describe('decideAnswer', () => {
  const ask = (zones: DnsZone[], name: string, type = 'A', random = Math.random) => {
    const { rcode, answers, authorities } = decideAnswer(
      lookupIn(() => zones),
      { name, type },
      random,
    );
    return {
      rcode,
      names: answers.map((record) => `${record.name} ${record.type}`),
      values: answers.map((record) => ('data' in record ? record.data : undefined)),
      ttls: answers.map((record) => ('ttl' in record ? record.ttl : undefined)),
      soa: authorities.map((record) => record.name),
    };
  };

  it('answers min(8, n) different records of n multivalue sets', () => {
    const octet = fc.integer({ min: 0, max: 255 }).map((last) => `10.0.0.${last}`);
    fc.assert(
      fc.property(fc.uniqueArray(octet, { minLength: 1, maxLength: 30 }), (addresses) => {
        const { values } = ask([zone(...multivalue('a.corp.internal', addresses))], 'a.corp.internal');
        expect(new Set(values).size).toBe(Math.min(8, addresses.length));
        expect(values).toHaveLength(Math.min(8, addresses.length));
        expect(addresses).toEqual(expect.arrayContaining(values));
      }),
    );
  });

  it('orders by the random source', () => {
    const zones = [zone(...multivalue('a.corp.internal', ['10.0.0.1', '10.0.0.2', '10.0.0.3']))];
    const ranks = [0.3, 0.2, 0.1];
    expect(ask(zones, 'a.corp.internal', 'A', () => ranks.shift() ?? 0).values).toEqual([
      '10.0.0.3',
      '10.0.0.2',
      '10.0.0.1',
    ]);
  });

  it('gives all records of a multivalue answer the lowest of their TTLs', () => {
    const sets = [1, 2].map((n) =>
      set('a.corp.internal', 'A', [`10.0.0.${n}`], { multivalue: true, ttl: n * 10 }),
    );
    expect(ask([zone(...sets)], 'a.corp.internal').ttls).toEqual([10, 10]);
  });

  it('answers with one of several sets of another routing policy', () => {
    const sets = [1, 2].map((n) => set('a.corp.internal', 'A', [`10.0.0.${n}`]));
    expect(ask([zone(...sets)], 'a.corp.internal', 'A', () => 0.9).values).toEqual(['10.0.0.2']);
  });

  it('expands a wildcard below its closest ancestor only', () => {
    const zones = [
      zone(
        set('*.corp.internal', 'A', ['10.0.0.1']),
        set('\\052.sub.corp.internal', 'TXT', ['"wild"']),
        set('deep.empty.corp.internal', 'A', ['10.0.0.2']),
      ),
    ];
    expect(ask(zones, 'any.corp.internal')).toMatchObject({
      names: ['any.corp.internal A'],
      values: ['10.0.0.1'],
    });
    expect(ask(zones, 'a.b.corp.internal').values).toEqual(['10.0.0.1']);
    expect(ask(zones, '*.corp.internal').values).toEqual(['10.0.0.1']);
    // There is a wildcard, but not of this type.
    expect(ask(zones, 'a.sub.corp.internal')).toMatchObject({
      rcode: 'NOERROR',
      names: [],
      soa: ['corp.internal'],
    });
    // Names that exist, though without records of their own.
    expect(ask(zones, 'sub.corp.internal')).toMatchObject({ rcode: 'NOERROR', names: [] });
    expect(ask(zones, 'empty.corp.internal')).toMatchObject({ rcode: 'NOERROR', names: [] });
    // The closest ancestor has no wildcard.
    expect(ask(zones, 'other.empty.corp.internal')).toMatchObject({
      rcode: 'NXDOMAIN',
      soa: ['corp.internal'],
    });
  });

  it('follows CNAMEs, out of the zones and into wildcards too, but not in circles', () => {
    const zones = [
      zone(
        set('one.corp.internal', 'CNAME', ['two.corp.internal']),
        set('two.corp.internal', 'CNAME', ['a.corp.internal.']),
        set('a.corp.internal', 'A', ['10.0.0.1']),
        set('out.corp.internal', 'CNAME', ['example.com']),
        set('lost.corp.internal', 'CNAME', ['nobody.corp.internal']),
        set('x.corp.internal', 'CNAME', ['y.corp.internal']),
        set('y.corp.internal', 'CNAME', ['x.corp.internal']),
      ),
    ];
    expect(ask(zones, 'one.corp.internal').names).toEqual([
      'one.corp.internal CNAME',
      'two.corp.internal CNAME',
      'a.corp.internal A',
    ]);
    expect(ask(zones, 'one.corp.internal', 'CNAME').values).toEqual(['two.corp.internal']);
    expect(ask(zones, 'out.corp.internal')).toMatchObject({ rcode: 'NOERROR', values: ['example.com'] });
    expect(ask(zones, 'lost.corp.internal')).toMatchObject({
      rcode: 'NXDOMAIN',
      values: ['nobody.corp.internal'],
    });
    expect(ask(zones, 'x.corp.internal').names).toEqual(['x.corp.internal CNAME', 'y.corp.internal CNAME']);
  });

  it('uses the most specific zone, and no other when that lacks the name', () => {
    const inner: DnsZone = {
      name: 'inner.corp.internal',
      sets: [set('b.inner.corp.internal', 'A', ['10.0.0.2'])],
    };
    const zones = [zone(set('a.inner.corp.internal', 'A', ['10.0.0.1'])), inner];
    expect(ask(zones, 'b.inner.corp.internal').values).toEqual(['10.0.0.2']);
    expect(ask(zones, 'a.inner.corp.internal')).toMatchObject({
      rcode: 'NXDOMAIN',
      soa: ['inner.corp.internal'],
    });
    expect(ask(zones, 'xcorp.internal')).toMatchObject({ rcode: 'REFUSED', soa: [] });
    expect(ask([], 'corp.internal')).toMatchObject({ rcode: 'REFUSED' });
  });

  it('takes the SOA of the zone, for no longer than its minimum', () => {
    const soa = set('corp.internal', 'SOA', ['ns.corp.internal. admin.corp.internal. 7 1 2 3 30'], {
      ttl: 900,
    });
    const { authorities } = decideAnswer(
      lookupIn(() => [zone(soa)]),
      { name: 'x.corp.internal', type: 'A' },
      Math.random,
    );
    expect(authorities).toMatchObject([
      { ttl: 30, data: { mname: 'ns.corp.internal', serial: 7, minimum: 30 } },
    ]);
    expect(ask([zone(soa)], 'corp.internal', 'SOA').names).toEqual(['corp.internal SOA']);
  });
});

describe('plainName', () => {
  it.each([
    ['RDSproxy.Corp.Internal.', 'rdsproxy.corp.internal'],
    ['\\052.corp.internal', '*.corp.internal'],
    ['corp', 'corp'],
  ])('%s is %s', (name, plain) => {
    expect(plainName(name)).toBe(plain);
  });
});
