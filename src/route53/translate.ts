import type {
  ChangeAction,
  HostedZone,
  ResourceRecordSet,
  Change as Route53Change,
} from '@aws-sdk/client-route-53';
import { RECORD_TYPES, type RecordType } from '../domain/address.ts';
import { defined } from '../domain/defined.ts';
import { printable } from '../domain/printable.ts';
import { normalizeListedName } from '../domain/record-name.ts';
import type { Change, OtherRecordSet, RecordSet } from '../domain/record-set.ts';
import type { Zone } from '../domain/zone.ts';

/** A record set as this project knows it, from one that Route 53 listed. */
export function fromResourceRecordSet(listed: ResourceRecordSet): RecordSet {
  const name = normalizeListedName(listed.Name ?? '');
  const { Type: type = '', SetIdentifier: setIdentifier, TTL: ttl, HealthCheckId: healthCheckId } = listed;
  const values = (listed.ResourceRecords ?? []).flatMap(({ Value }) => Value ?? []);
  const routing = routingOf(listed);
  if (type === 'TXT' && routing === 'multivalue' && ttl !== undefined && setIdentifier !== undefined)
    return { routing, name, type, ttl, setIdentifier, values, ...defined({ healthCheckId }) };
  if (isAddressType(type) && ttl !== undefined) {
    const set = { name, type, ttl, values, ...defined({ healthCheckId }) };
    if (routing === 'simple') return { ...set, routing };
    if (routing === 'multivalue' && setIdentifier !== undefined) return { ...set, routing, setIdentifier };
  }
  const identified = setIdentifier !== undefined && { setIdentifier };
  return { routing, name, type, ...identified, values, source: listed };
}

/** A hosted zone as this project knows it. */
export function fromHostedZone(id: string, { Name, Config }: Partial<HostedZone> = {}): Zone {
  return {
    id,
    name: normalizeListedName(printable(Name ?? '', 1_024)),
    private: Config?.PrivateZone === true,
  };
}

/** A change in the words of ChangeResourceRecordSets, which has no `REPLACE`. Names have a trailing dot. */
export function toRoute53Changes(change: Change): readonly Route53Change[] {
  const of = (Action: ChangeAction, set: RecordSet): Route53Change => ({
    Action,
    ResourceRecordSet: toResourceRecordSet(set),
  });
  const { action, set } = change;
  return action === 'REPLACE' ? [of('DELETE', change.before), of('CREATE', set)] : [of(action, set)];
}

function toResourceRecordSet(set: RecordSet): ResourceRecordSet {
  if ('source' in set) return set.source as ResourceRecordSet;
  return {
    Name: `${set.name}.`,
    Type: set.type,
    ...(set.routing === 'multivalue' && { SetIdentifier: set.setIdentifier, MultiValueAnswer: true }),
    TTL: set.ttl,
    ResourceRecords: set.values.map((Value) => ({ Value })),
    ...(set.healthCheckId !== undefined && { HealthCheckId: set.healthCheckId }),
  };
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
function routingOf(listed: ResourceRecordSet): OtherRecordSet['routing'] {
  if (listed.Weight !== undefined) return 'weighted';
  if (listed.Region !== undefined) return 'latency';
  if (listed.Failover !== undefined) return 'failover';
  if (listed.GeoLocation !== undefined) return 'geolocation';
  if (listed.GeoProximityLocation !== undefined) return 'geoproximity';
  if (listed.CidrRoutingConfig !== undefined) return 'cidr';
  if (listed.MultiValueAnswer) return 'multivalue';
  return listed.AliasTarget === undefined ? 'simple' : 'alias';
}

function isAddressType(type: string): type is RecordType {
  return (RECORD_TYPES as readonly string[]).includes(type);
}
