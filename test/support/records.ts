import type { Address } from '../../src/domain/address.ts';
import { addressPolicy } from '../../src/domain/address-policy.ts';
import type { CheckStatus, Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { addressesOf, type Change, isAddressRecordSet, type RecordSet } from '../../src/domain/record-set.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { registrySet } from '../../src/plan/ownership.ts';

/** A record setting as an operator would have it, with what a test cares about on top. */
export function recordSetting({
  service = 'rdsproxy',
  ...own
}: Partial<Omit<RecordSetting, 'name'>> & {
  readonly name?: string;
  readonly service?: string;
} = {}): RecordSetting {
  const allowedCidrs = own.allowedCidrs ?? [];
  return {
    query: { service },
    zoneId: 'Z1',
    ttl: 5,
    routing: 'multivalue',
    minHealthy: 1,
    maxAddresses: own.routing === 'simple' ? 400 : 100,
    vanishedHoldSeconds: 600,
    onConflict: 'refuse',
    owner: 'test',
    ...own,
    name: (own.name ?? 'rdsproxy.corp.internal') as RecordName,
    allowedCidrs,
    addressPolicy: addressPolicy(allowedCidrs.length > 0 ? allowedCidrs : undefined),
  };
}

export const ZONE: Zone = { id: 'Z1', name: 'corp.internal' as RecordName, private: true };

/** An instance with one service check of that status. */
export function instance(
  address: string,
  status: CheckStatus = 'passing',
  node = `node-${address}`,
): Instance {
  return { node, serviceId: 'rdsproxy', address, checks: [{ id: 'service:rdsproxy', status }] };
}

export function multivalueSet(
  address: string,
  own: { ttl?: number; service?: string; name?: string } = {},
): RecordSet {
  const { ttl = 5, service = 'rdsproxy', name = 'rdsproxy.corp.internal' } = own;
  return {
    routing: 'multivalue',
    name: name as RecordName,
    type: address.includes(':') ? 'AAAA' : 'A',
    ttl,
    setIdentifier: `consul/${service}/${address}`,
    values: [address],
  };
}

/** A multivalue set that another tool published at the same name. */
export function foreignSet(address: string, setIdentifier = `terraform-${address}`): RecordSet {
  return { ...multivalueSet(address), routing: 'multivalue', setIdentifier } as RecordSet;
}

export function simpleSet(
  addresses: readonly string[],
  own: { ttl?: number; name?: string } = {},
): RecordSet {
  const { ttl = 5, name = 'rdsproxy.corp.internal' } = own;
  return {
    routing: 'simple',
    name: name as RecordName,
    type: addresses[0]?.includes(':') ? 'AAAA' : 'A',
    ttl,
    values: addresses,
  };
}

export function otherSet(routing: 'alias' | 'weighted' | 'latency' | 'simple', type = 'A'): RecordSet {
  return { routing, name: 'rdsproxy.corp.internal' as RecordName, type, values: [], source: {} };
}

export const addresses = (...texts: readonly string[]) => texts as readonly Address[];

/** The registry record of a name: that of the record setting with the same particulars. */
export function registered(own: Parameters<typeof recordSetting>[0] = {}): RecordSet {
  return registrySet(recordSetting(own));
}

/** A TXT set with multivalue answer at a name, with any value. */
export function textSet(setIdentifier: string, ...values: readonly string[]): RecordSet {
  const name = 'rdsproxy.corp.internal' as RecordName;
  return { routing: 'multivalue', name, type: 'TXT', ttl: 60, setIdentifier, values };
}

/** The addresses that a resolver finds among some sets, sorted; at one name, or at any. */
export function addressesIn(sets: readonly RecordSet[], name?: string): readonly Address[] {
  return sets
    .filter(isAddressRecordSet)
    .filter((set) => name === undefined || set.name === name)
    .flatMap(addressesOf)
    .sort();
}

/** Changes in short: `+` what is new, `~` what takes another's place, `!` what is written over, `-` what goes. */
export function inShort(changes: readonly Change[]): readonly string[] {
  const signs = { CREATE: '+', REPLACE: '~', UPSERT: '!', DELETE: '-' };
  return changes.map(({ action, set }) =>
    [signs[action], set.type, set.routing, set.values.join(',')].join(' '),
  );
}

/** The set that a change takes out, which must be there as it says; none for what is only written. */
export function goneIn(change: Change): readonly RecordSet[] {
  if (change.action === 'REPLACE') return [change.before];
  return change.action === 'DELETE' ? [change.set] : [];
}

/** What a zone holds after changes, as Route 53 makes them; throws where Route 53 would reject them. */
export function applyChanges(
  current: readonly RecordSet[],
  changes: readonly Change[],
): readonly RecordSet[] {
  const key = (set: RecordSet) =>
    JSON.stringify([set.name, set.type, 'setIdentifier' in set ? set.setIdentifier : null]);
  const sets = new Map(current.map((set) => [key(set), set]));
  for (const change of changes) {
    const { action, set } = change;
    const there = sets.get(key(set));
    if (action === 'CREATE' && there) throw new Error(`${key(set)} is there already`);
    if (goneIn(change).some((gone) => !there || !isSame(there, gone)))
      throw new Error(`${key(set)} was not found so`);
    if (action === 'DELETE') sets.delete(key(set));
    else sets.set(key(set), set);
  }
  return [...sets.values()];
}

/** A DELETE must name every field of a set as it is. */
function isSame(left: RecordSet, right: RecordSet): boolean {
  const fields = (set: RecordSet) => ['ttl' in set ? set.ttl : null, [...set.values].sort(), set.routing];
  return JSON.stringify(fields(left)) === JSON.stringify(fields(right));
}
