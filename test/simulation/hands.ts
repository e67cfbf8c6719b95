import type { HostedZone } from '../../emulators/route53/zones.ts';
import { FORBIDDEN } from './forbidden.ts';
import { addressesAt, isOurAddress } from './invariants.ts';
import type { Random } from './random.ts';

/**
 * Somebody edits the name by hand, past us, but never empties it.
 *
 * @param address what may be put there, be it dead or not.
 */
export function editByHand(random: Random, zone: HostedZone, name: string, address: string): void {
  const own = zone.recordSets().filter((set) => isOurAddress(name, set));
  const some = own[random.whole(0, Math.max(0, own.length - 1))];
  const kind = random.pick([
    'remove',
    'add',
    'ttl',
    'registry',
    'revision',
    'foreign',
    'forbidden',
    'forbidden',
  ]);
  if (kind === 'remove' && some && addressesAt(name, own).length > 1) zone.remove(some);
  if (kind === 'add') zone.put(aSet(name, address, `consul/rdsproxy/${address}`));
  if (kind === 'ttl' && some) zone.put({ ...some, ttl: 60 });
  if (kind === 'forbidden') zone.put(aSet(name, FORBIDDEN, `consul/rdsproxy/${FORBIDDEN}`));
  if (kind === 'foreign') zone.put(aSet(name, '10.9.9.3', 'somebody-3'));
  const texts = zone.recordSets().filter(({ type }) => type === 'TXT');
  for (const set of texts)
    if ((kind === 'registry' && set.name === name) || (kind === 'revision' && set.name !== name))
      zone.remove(set);
}

export function aSet(name: string, address: string, setIdentifier: string) {
  return {
    ...{ name, type: 'A' as const, ttl: 60, values: [address] },
    ...{ setIdentifier, multiValueAnswer: true },
  };
}
