import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DnsZone, lookupIn } from '../../../emulators/dns/lookup.ts';
import { readQuery } from '../../../emulators/dns/message.ts';
import { type DnsServer, startDns } from '../../../emulators/dns/server.ts';
import { askTcp, askUdp, framed, multivalue, query, set, zone } from './support.ts';

describe('DNS server', () => {
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.corp.internal`;
  const data = zone(
    ...multivalue('rdsproxy.corp.internal', addresses(3)),
    ...multivalue('many.corp.internal', addresses(20)),
    set('simple.corp.internal', 'A', addresses(400), { ttl: 60 }),
    set('some.corp.internal', 'A', addresses(40)),
    set(long, 'A', addresses(8)),
    set('broken.corp.internal', 'A', ['not an address']),
    set('six.corp.internal', 'AAAA', ['fd00::1']),
    set('text.corp.internal', 'TXT', ['"one" "two \\"three\\""']),
    set('alias.corp.internal', 'CNAME', ['rdsproxy.corp.internal.']),
    set('mail.corp.internal', 'MX', ['10 mx.corp.internal.']),
    set('_mysql._tcp.corp.internal', 'SRV', ['1 2 3306 rdsproxy.corp.internal.']),
  );
  let server: DnsServer;
  let resolver: Resolver;

  beforeEach(async () => {
    server = await startDns({ lookup: lookupIn(() => [data]) });
    resolver = new Resolver({ timeout: 5_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.port}`]);
  });
  afterEach(() => server.close());

  it('answers a resolver with addresses and TTL', async () => {
    const found = await resolver.resolve4('rdsproxy.corp.internal', { ttl: true });
    expect(found.map(({ address }) => address).sort()).toEqual(addresses(3));
    expect(new Set(found.map(({ ttl }) => ttl))).toEqual(new Set([5]));
  });

  it('answers the other types', async () => {
    expect(await resolver.resolve6('six.corp.internal')).toEqual(['fd00::1']);
    expect(await resolver.resolveTxt('text.corp.internal')).toEqual([['one', 'two "three"']]);
    expect(await resolver.resolve4('alias.corp.internal')).toHaveLength(3);
    // From version 24 on, Node adds the type.
    expect(await resolver.resolveMx('mail.corp.internal')).toMatchObject([
      { priority: 10, exchange: 'mx.corp.internal' },
    ]);
    expect(await resolver.resolveSrv('_mysql._tcp.corp.internal')).toMatchObject([
      { name: 'rdsproxy.corp.internal', port: 3306, priority: 1, weight: 2 },
    ]);
  });

  it('tells a name that is not there from one without such a record', async () => {
    await expect(resolver.resolve4('nobody.corp.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve6('rdsproxy.corp.internal')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
  });

  it('gives 8 of many multivalue records, others from time to time', async () => {
    const seen = new Set<string>();
    for (let asked = 0; asked < 40; asked++) {
      const found = await resolver.resolve4('many.corp.internal');
      expect(new Set(found).size).toBe(8);
      for (const address of found) seen.add(address);
    }
    expect(seen.size).toBe(20);
  });

  it('gives all values of a large simple set, over TCP', async () => {
    expect((await resolver.resolve4('simple.corp.internal')).sort()).toEqual(addresses(400).sort());
  });

  it('sets the bits of an authoritative answer and keeps the case of the question', async () => {
    const response = await askUdp(
      server.port,
      query('RdsProxy.CORP.internal', 'A', undefined, { flags: 0x0100 }),
    );
    expect(response).toMatchObject({ id: 4_711, type: 'response', rcode: 'NOERROR' });
    expect(response).toMatchObject({ flag_aa: true, flag_rd: true, flag_ra: false, flag_tc: false });
    expect(response.questions).toEqual([{ name: 'RdsProxy.CORP.internal', type: 'A', class: 'IN' }]);
    expect(response.answers).toHaveLength(3);
    expect(response.answers?.[0]?.name).toBe('RdsProxy.CORP.internal');
    expect(response.additionals).toEqual([]);
  });

  it('sends the SOA with negative answers', async () => {
    const absent = await askUdp(server.port, query('nobody.corp.internal', 'A'));
    expect(absent).toMatchObject({ rcode: 'NXDOMAIN', flag_aa: true, answers: [] });
    expect(absent.authorities).toMatchObject([
      { name: 'corp.internal', type: 'SOA', ttl: 900, data: { minimum: 86_400 } },
    ]);
    const other = await askUdp(server.port, query('rdsproxy.corp.internal', 'AAAA'));
    expect(other).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA' }] });
  });

  it('fits eight addresses of a long name into 512 octets', async () => {
    const response = await askUdp(server.port, query(long, 'A'));
    expect(response).toMatchObject({ flag_tc: false });
    expect(response.answers).toHaveLength(8);
    expect(response.size).toBeLessThanOrEqual(512);
  });

  it.each([
    [undefined, true],
    [100, true],
    [512, true],
    [1_232, false],
    [65_535, false],
  ])('keeps to the payload size %s that the client takes', async (size, truncated) => {
    const response = await askUdp(server.port, query('some.corp.internal', 'A', size));
    expect(response).toMatchObject({ flag_tc: truncated });
    expect(response.answers).toHaveLength(truncated ? 0 : 40);
    expect(response.size).toBeLessThanOrEqual(Math.max(512, size ?? 512));
    expect(response.additionals?.map(({ type }) => type)).toEqual(size === undefined ? [] : ['OPT']);
  });

  it('does not let a large payload size take more than its own over UDP', async () => {
    expect(await askUdp(server.port, query('simple.corp.internal', 'A', 65_535))).toMatchObject({
      flag_tc: true,
    });
  });

  it('answers BADVERS to an EDNS version it does not know', async () => {
    const octets = query('rdsproxy.corp.internal', 'A', 1_232);
    // The version is the sixth octet before the end of an OPT record without options.
    octets.writeUInt8(1, octets.length - 5);
    const response = await askUdp(server.port, octets);
    expect(response).toMatchObject({ rcode: 'NOERROR', answers: [], additionals: [{ extendedRcode: 1 }] });
  });

  it('answers ANY with one small record', async () => {
    const response = await askUdp(server.port, query('many.corp.internal', 'ANY'));
    expect(response.answers).toMatchObject([{ type: 'HINFO', data: { cpu: 'RFC8482' } }]);
  });

  it('refuses zone transfers, other classes and other operations', async () => {
    expect(await askUdp(server.port, query('corp.internal', 'AXFR'))).toMatchObject({ rcode: 'REFUSED' });
    const chaos = {
      questions: [{ name: 'rdsproxy.corp.internal', type: 'A' as const, class: 'CH' as const }],
    };
    expect(await askUdp(server.port, query('', 'A', undefined, chaos))).toMatchObject({ rcode: 'REFUSED' });
    const update = query('corp.internal', 'SOA', undefined, { flags: 5 << 11 });
    expect(await askUdp(server.port, update)).toMatchObject({ rcode: 'NOTIMP', opcode: 'UPDATE' });
  });

  it('answers SERVFAIL for data that cannot be sent', async () => {
    expect(await askUdp(server.port, query('broken.corp.internal', 'A'))).toMatchObject({
      rcode: 'SERVFAIL',
    });
  });

  it('answers FORMERR to what is broken, and goes on', async () => {
    const whole = query('rdsproxy.corp.internal', 'A');
    for (const octets of [whole.subarray(0, 20), query('', 'A', undefined, { questions: [] })]) {
      expect(await askUdp(server.port, octets)).toMatchObject({ id: 4_711, rcode: 'FORMERR' });
    }
    const pointer = Buffer.concat([whole.subarray(0, 12), Buffer.from([0xc0, 0x00, 0, 1, 0, 1])]);
    expect(await askUdp(server.port, pointer)).toMatchObject({ rcode: 'FORMERR' });
    expect(await askUdp(server.port, whole)).toMatchObject({ rcode: 'NOERROR' });
  });

  it('reads any octets without throwing, and drops responses', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => void readQuery(Buffer.from(octets))));
    const header = query('rdsproxy.corp.internal', 'A').subarray(0, 12);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        const found = readQuery(Buffer.concat([header, octets]));
        return found?.header.id === 4_711;
      }),
    );
    expect(readQuery(query('rdsproxy.corp.internal', 'A', undefined, { type: 'response' }))).toBeUndefined();
    expect(readQuery(header.subarray(0, 11))).toBeUndefined();
  });

  it('takes a dot within a label for no separator', async () => {
    const octets = query('rdsproxy-corp.internal', 'A');
    octets.write('.', octets.indexOf('-corp'), 'latin1');
    expect(await askUdp(server.port, octets)).toMatchObject({ rcode: 'REFUSED' });
  });

  it('answers several queries on one TCP connection, however they are cut', async () => {
    const one = framed(query('rdsproxy.corp.internal', 'A', undefined, { id: 1 }));
    const two = framed(query('some.corp.internal', 'A', undefined, { id: 2 }));
    const both = Buffer.concat([one, two]);
    for (const parts of [
      [both],
      [one.subarray(0, 1), one.subarray(1, 9), Buffer.concat([one.subarray(9), two])],
    ]) {
      const responses = await askTcp(server.port, parts, 2);
      expect(responses.map(({ id, answers }) => [id, answers?.length])).toEqual([
        [1, 3],
        [2, 40],
      ]);
    }
  });

  it('ends a TCP connection that sends no query', async () => {
    expect(await askTcp(server.port, [framed(Buffer.alloc(3))], 1)).toEqual([]);
  });

  it('serves only the zones it was given', async () => {
    const other: DnsZone = { name: 'other.internal', sets: [set('a.other.internal', 'A', ['10.1.0.1'])] };
    const limited = await startDns({ lookup: lookupIn(() => [data, other]), zones: ['Other.Internal.'] });
    try {
      expect(await askUdp(limited.port, query('rdsproxy.corp.internal', 'A'))).toMatchObject({
        rcode: 'REFUSED',
      });
      expect((await askUdp(limited.port, query('a.other.internal', 'A'))).answers).toHaveLength(1);
    } finally {
      await limited.close();
    }
  });

  it('says that a port is taken', async () => {
    const { port } = server;
    await expect(startDns({ lookup: lookupIn(() => []), port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('ends open connections on close, twice if asked', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    // Answered once, so that the server knows the connection.
    socket.write(framed(query('rdsproxy.corp.internal', 'A')));
    await once(socket, 'data');
    const ended = once(socket, 'close');
    await server.close();
    await ended;
    await server.close();
    await expect(resolver.resolve4('rdsproxy.corp.internal')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
