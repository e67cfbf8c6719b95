import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { formatMemory, type Memory, NO_MEMORY, parseMemory } from '../../src/plan/memory.ts';
import { memoryIn, registrationIn, registrySet } from '../../src/plan/ownership.ts';
import { recordSetting, textSet } from '../support/records.ts';

const NOW = 1_767_225_600;
const at = (address: string) => address as Address;
const memory: Memory = {
  gone: new Map([
    [at('10.0.0.2'), NOW],
    [at('fd00::1'), NOW - 5],
  ]),
  peaks: [
    { count: 8, failed: 0, at: NOW - 100 },
    { count: 5, failed: 0, at: NOW },
  ],
};

describe('the memory of the guards', () => {
  it('is written down behind the owner, in the registry record', () => {
    const setting = recordSetting({ owner: 'blue' });
    const set = registrySet(setting, memory);
    expect(set.values).toEqual([
      `"heritage=consul-route53-updater,owner=blue,service=rdsproxy" "peak=8/${NOW - 100},peak=5/${NOW},gone=${NOW - 5}/fd00::1,gone=${NOW}/10.0.0.2"`,
    ]);
    expect(memoryIn([set])).toEqual(memory);
    expect(registrationIn([set])).toEqual({ owner: 'blue', service: 'rdsproxy' });
    expect(memoryIn([registrySet(setting)])).toBe(NO_MEMORY);
  });

  it.each([
    ['IPv4', 400, 100, (i: number) => `10.111.${101 + (i >> 7)}.${101 + (i & 127)}`],
    ['IPv6', 100, 60, (i: number) => `fd00:1111:2222:3333:4444:5555:6666:${(4_096 + i).toString(16)}`],
  ])('has room for many addresses of %s, and takes the oldest first', (_, count, least, addressOf) => {
    const gone = new Map(Array.from({ length: count }, (_each, i) => [at(addressOf(i)), NOW + i]));
    const setting = recordSetting({ owner: 'o'.repeat(64), service: 's'.repeat(81) });
    const set = registrySet(setting, { gone, peaks: [{ count: 400, failed: 0, at: NOW }] });
    const [value = ''] = set.values;
    expect(value.length).toBeLessThanOrEqual(4_000);
    for (const text of value.slice(1, -1).split('" "')) expect(text.length).toBeLessThanOrEqual(255);
    const read = memoryIn([set]);
    expect(read.gone.size).toBeGreaterThanOrEqual(least);
    expect([...read.gone]).toEqual([...gone].slice(0, read.gone.size));
    expect(formatMemory(read)).toEqual(formatMemory({ gone, peaks: [{ count: 400, failed: 0, at: NOW }] }));
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['garbage', 'gone,peak=,=,gone=/,gone=1/'],
    ['other keys', 'lost=1/10.0.0.1,peaks=1/1'],
    ['a host name', 'gone=1/db.corp.internal'],
    ['an IPv4 address of another notation', 'gone=1/010.0.0.1'],
    ['numbers that are none', 'gone=-1/10.0.0.1,peak=1e9/5,peak=5/1.5,gone=99999999999/10.0.0.1'],
    ['a name of an object', '__proto__=1/10.0.0.1'],
  ])('passes over what a stranger wrote: %s', (_, text) => {
    expect(parseMemory([text])).toEqual(NO_MEMORY);
  });

  it('reads a bounded number of peaks', () => {
    const text = Array.from({ length: 500 }, (_, i) => `peak=1/${i}`).join();
    expect(parseMemory([text]).peaks.length).toBeLessThan(20);
  });

  it('is none in a registry record of any other form', () => {
    const { values } = registrySet(recordSetting(), memory);
    expect(memoryIn([textSet('consul-route53-updater', `${values[0]} ${'"x" '.repeat(2_000)}`)])).toBe(
      NO_MEMORY,
    );
    expect(memoryIn([textSet('consul-route53-updater', ...values, '"gone=1/10.0.0.1"')])).toBe(NO_MEMORY);
  });
});
