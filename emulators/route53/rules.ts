import { type Change, type RecordSet, type RoutingPolicy, routingPolicyOf } from './model.ts';
import { isWithin, parseName } from './names.ts';
import { valueProblem } from './values.ts';

const MAX_RECORDS_PER_BATCH = 1000;
const MAX_CHARACTERS_PER_BATCH = 32_000;
const MAX_VALUES_PER_SET = 400;
const MAX_SETS_PER_NAME_AND_TYPE = 100;

/**
 * Problems of a batch by its size alone. An UPSERT counts twice, in records and in characters.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
 */
export function sizeProblems(changes: readonly Change[]): string[] {
  let records = 0;
  let characters = 0;
  for (const { action, recordSet } of changes) {
    const times = action === 'UPSERT' ? 2 : 1;
    records += times * recordSet.values.length;
    characters += times * recordSet.values.reduce((sum, value) => sum + value.length, 0);
  }
  return problemsIn([
    records > MAX_RECORDS_PER_BATCH && `Number of records limit of ${MAX_RECORDS_PER_BATCH} exceeded.`,
    characters > MAX_CHARACTERS_PER_BATCH && `RDATA character limit of ${MAX_CHARACTERS_PER_BATCH} exceeded.`,
  ]);
}

/**
 * Problems of one record set that the zone's contents have no part in.
 *
 * @param set a record set whose name is in Route 53's own form.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
export function setProblems(set: RecordSet, zoneName: string): string[] {
  const { name, type, values } = set;
  if (!isWithin(name, zoneName)) return [`RRSet with DNS name ${name} is not permitted in zone ${zoneName}`];
  const most = type === 'CNAME' || type === 'SOA' ? 1 : MAX_VALUES_PER_SET;
  return problemsIn([
    type === 'CNAME' &&
      name === zoneName &&
      `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zoneName}`,
    type === 'SOA' &&
      name !== zoneName &&
      `RRSet of type SOA with DNS name ${name} is permitted only at apex in zone ${zoneName}`,
    type === 'NS' &&
      name.startsWith('\\052.') &&
      `RRSet of type NS with DNS name ${name} is not permitted because its name is a wildcard`,
    set.multiValueAnswer &&
      set.aliasTarget &&
      `${describe(set)} cannot be created because multivalue answer alias records are not supported.`,
    set.multiValueAnswer &&
      (type === 'CNAME' || type === 'NS') &&
      `${describe(set)} cannot be created because records of type ${type} cannot be multivalue answers.`,
    set.aliasTarget && parseName(set.aliasTarget.dnsName).problem,
    values.length > most && `Cannot have more than ${most} records in a RRSet of type ${type}.`,
    ...values.map((value) => valueProblem(type, value)),
    ...values.map((value, index) => values.indexOf(value) < index && `Duplicate Resource Record: '${value}'`),
  ]);
}

/** Those of the problems that there are. */
export function problemsIn(all: readonly (string | false | undefined)[]): string[] {
  return all.filter((each) => typeof each === 'string');
}

const CLASHES: Readonly<Record<RoutingPolicy, string>> = {
  simple: 'as other RRSets exist with the same name and type.',
  weighted: 'as a non-weighted set exists with the same name and type.',
  latency: 'because a non-latency RRSet with the same name and type already exists.',
  geolocation: 'because a non-geolocation RRSet with the same name and type already exists.',
  failover: 'because a non-failover RRSet with the same name and type already exists.',
  multivalue: 'because a non multivalue answer rrset exists with the same name and type.',
};

const COUNTED_TOGETHER: readonly RoutingPolicy[] = ['multivalue', 'weighted', 'latency', 'geolocation'];

/**
 * Problems of a record set beside those that are already in the zone: sets of one name and type share a routing
 * policy, weighted ones also a TTL, and a CNAME stands alone; under most policies there are at most 100 of them.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-entities-records
 *
 * @param set the record set that a CREATE or an UPSERT would write.
 * @param sameName what the zone has under that name at this point of the batch, the set's own predecessor too.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
 */
export function neighbourProblems(
  set: RecordSet,
  sameName: readonly RecordSet[],
  zoneName: string,
): string[] {
  const policy = routingPolicyOf(set);
  const sameType = sameName.filter((other) => other.type === set.type);
  const isOtherPolicy = sameType.some((other) => routingPolicyOf(other) !== policy);
  const others = sameType.filter((other) => other.setIdentifier !== set.setIdentifier);
  return problemsIn([
    isOtherPolicy && `${describe(set)} cannot be created ${CLASHES[policy]}`,
    // AWS documents the quota, but not the words.
    COUNTED_TOGETHER.includes(policy) &&
      others.length >= MAX_SETS_PER_NAME_AND_TYPE &&
      `${describe(set)} cannot be created, as the quota of ${MAX_SETS_PER_NAME_AND_TYPE} RRSets with the same name and type is used up.`,
    !isOtherPolicy &&
      policy === 'weighted' &&
      sameType.some((other) => other.setIdentifier !== set.setIdentifier && other.ttl !== set.ttl) &&
      `${describe(set)} cannot be created as weighted sets must contain the same TTL.`,
    set.type !== 'CNAME' &&
      sameName.some((other) => other.type === 'CNAME') &&
      `RRSet of type ${set.type} with DNS name ${set.name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}`,
    set.type === 'CNAME' &&
      set.name !== zoneName &&
      sameName.some((other) => other.type !== 'CNAME') &&
      `RRSet of type CNAME with DNS name ${set.name} is not permitted as it conflicts with other records with the same DNS name in zone ${zoneName}`,
  ]);
}

/**
 * Whether a DELETE names a record set exactly as it is: every field equal, the values in any order.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export function isSameSet(a: RecordSet, b: RecordSet): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

function comparable(set: RecordSet): unknown[] {
  const { aliasTarget: alias, geoLocation: geo } = set;
  return [
    set.ttl,
    set.values.toSorted(),
    set.weight,
    set.region,
    set.failover,
    set.multiValueAnswer ?? false,
    set.healthCheckId,
    geo && [geo.continentCode, geo.countryCode, geo.subdivisionCode],
    alias && [alias.hostedZoneId, parseName(alias.dnsName).name ?? alias.dnsName, alias.evaluateTargetHealth],
  ];
}

function describe(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? '' : `, SetIdentifier ${set.setIdentifier}`;
  return `RRSet with DNS name ${set.name}, type ${set.type}${identifier}`;
}
