import { buildXml, type Content } from '../aws/xml.ts';
import { associate, checkNewVpc, decodeVpc, dissociate } from './associations.ts';
import { invalidInput, refusal } from './errors.ts';
import { RECORD_TYPES, type RecordSet, type Vpc } from './model.ts';
import { parseName } from './names.ts';
import type { Position } from './order.ts';
import type { Incoming, Operation } from './requests.ts';
import type { Submissions } from './submissions.ts';
import { childrenOf, parseRequest, ROUTE53 } from './xml.ts';
import type { HostedZone, HostedZones } from './zones.ts';

/** The most record sets that one page of a listing holds, and how many it holds if nothing is asked for. */
const MAX_ITEMS = 300;

export interface Service {
  readonly zones: HostedZones;
  readonly submissions: Submissions;
  /** Where the server is reached, for `Location`. */
  readonly url: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location?: string | undefined;
}

/** What an operation answers with; where it is, if it made something. */
interface Result {
  readonly content: Content;
  readonly location?: string;
}

const OPERATIONS: Readonly<Record<Operation, (service: Service, request: Incoming) => Result>> = {
  CreateHostedZone: createHostedZone,
  GetHostedZone: getHostedZone,
  DeleteHostedZone: deleteHostedZone,
  ListResourceRecordSets: listResourceRecordSets,
  ChangeResourceRecordSets: changeResourceRecordSets,
  GetChange: ({ submissions }, { id = '' }) => ({ content: { ChangeInfo: submissions.describe(id) } }),
  AssociateVPCWithHostedZone({ zones, submissions }, { id, body }) {
    associate(zoneOf(zones, id), body, zones);
    return { content: { ChangeInfo: submissions.add() } };
  },
  DisassociateVPCFromHostedZone({ zones, submissions }, { id, body }) {
    dissociate(zoneOf(zones, id), body);
    return { content: { ChangeInfo: submissions.add() } };
  },
};

/**
 * Carries out one operation of the API.
 * @throws AwsApiError as the operation documents it.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
 */
export function perform(service: Service, request: Incoming): Answer {
  const { operation } = request;
  if (operation === 'Unknown')
    throw refusal('UnknownOperationException', 'There is no operation with this method and path', 404);
  const { content, location } = OPERATIONS[operation](service, request);
  return {
    status: location === undefined ? 200 : 201,
    body: buildXml(ROUTE53, `${operation}Response`, content),
    location,
  };
}

function createHostedZone({ zones, submissions, url }: Service, { body }: Incoming): Result {
  const fields = childrenOf(
    parseRequest(body, 'CreateHostedZoneRequest'),
    ['Name', 'VPC', 'CallerReference', 'HostedZoneConfig', 'DelegationSetId'],
    ['Name', 'CallerReference'],
  );
  const callerReference = fields.CallerReference.text;
  if (callerReference.length < 1 || callerReference.length > 128) {
    throw invalidInput('CallerReference must have a length of 1 to 128');
  }
  if (fields.DelegationSetId !== undefined) {
    throw refusal('NoSuchDelegationSet', 'There are no reusable delegation sets');
  }
  const { name, labels = [] } = parseName(fields.Name.text);
  if (name === undefined || labels.length < 2) {
    throw refusal('InvalidDomainName', `'${fields.Name.text}' is not a valid domain name`);
  }
  const config = fields.HostedZoneConfig && childrenOf(fields.HostedZoneConfig, ['Comment', 'PrivateZone']);
  const vpcs: Vpc[] = fields.VPC ? [decodeVpc(fields.VPC)] : [];
  if (config?.PrivateZone?.text === 'true' && vpcs.length === 0) {
    throw invalidInput('A private hosted zone needs a VPC');
  }
  if (zones.all().some((zone) => zone.callerReference === callerReference)) {
    throw refusal(
      'HostedZoneAlreadyExists',
      'A hosted zone has already been created with the specified caller reference.',
      409,
    );
  }
  for (const vpc of vpcs) checkNewVpc(vpc, name, zones);
  const zone = zones.create({
    name,
    private: vpcs.length > 0,
    callerReference,
    vpcs,
    ...(config?.Comment && { comment: config.Comment.text }),
  });
  return {
    location: `${url}/2013-04-01/hostedzone/${zone.id}`,
    content: {
      HostedZone: describeZone(zone),
      ChangeInfo: submissions.add(),
      VPC: vpcs.map(describeVpc),
      DelegationSet: describeDelegation(zone),
    },
  };
}

function getHostedZone({ zones }: Service, { id }: Incoming): Result {
  const zone = zoneOf(zones, id);
  return {
    content: {
      HostedZone: describeZone(zone),
      VPCs: zone.private ? { VPC: zone.vpcs.map(describeVpc) } : undefined,
      DelegationSet: describeDelegation(zone),
    },
  };
}

function deleteHostedZone({ zones, submissions }: Service, { id }: Incoming): Result {
  const zone = zoneOf(zones, id);
  const foreign = zone
    .recordSets()
    .some(({ name, type }) => name !== zone.name || (type !== 'NS' && type !== 'SOA'));
  if (foreign || zone.hasProtections) {
    const content = foreign ? 'non-required resource record sets' : 'resource record set protections';
    throw refusal(
      'HostedZoneNotEmpty',
      `The specified hosted zone contains ${content} and so cannot be deleted.`,
    );
  }
  zones.delete(zone.id);
  return { content: { ChangeInfo: submissions.add() } };
}

function listResourceRecordSets({ zones }: Service, { id, query }: Incoming): Result {
  const zone = zoneOf(zones, id);
  const from = startOf(query);
  const maxItems = maxItemsOf(query);
  const sets = zone.list(from, maxItems + 1);
  const next = sets[maxItems];
  return {
    content: {
      ResourceRecordSets: { ResourceRecordSet: sets.slice(0, maxItems).map(describeSet) },
      IsTruncated: next !== undefined,
      NextRecordName: next?.name,
      NextRecordType: next?.type,
      NextRecordIdentifier: next?.setIdentifier,
      MaxItems: maxItems,
    },
  };
}

function changeResourceRecordSets({ zones, submissions }: Service, { id, batch }: Incoming): Result {
  const { changes, comment } = batch();
  const zone = zoneOf(zones, id);
  const applied = zone.apply(changes);
  return { content: { ChangeInfo: submissions.add(comment, { zoneId: zone.id, changes: applied }) } };
}

function startOf(query: URLSearchParams): Position | undefined {
  const name = query.get('name');
  const type = query.get('type');
  const setIdentifier = query.get('identifier');
  if (type !== null && name === null) throw invalidInput('A start type needs a start name');
  if (setIdentifier !== null && type === null)
    throw invalidInput('A start identifier needs a start name and type');
  if (type !== null && !RECORD_TYPES.some((each) => each === type)) {
    throw invalidInput(`'${type}' is not a record type`);
  }
  if (name === null) return undefined;
  const parsed = parseName(name);
  if (parsed.problem !== undefined) throw invalidInput(parsed.problem);
  return { name: parsed.name, type: type ?? undefined, setIdentifier: setIdentifier ?? undefined };
}

function maxItemsOf(query: URLSearchParams): number {
  const text = query.get('maxitems') ?? String(MAX_ITEMS);
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) < 1) throw invalidInput(`'${text}' is not a valid maxitems`);
  return Math.min(Number(text), MAX_ITEMS);
}

function zoneOf(zones: HostedZones, id = ''): HostedZone {
  const zone = zones.get(id);
  if (zone === undefined) throw refusal('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
  return zone;
}

function describeZone(zone: HostedZone): Content {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: zone.private },
    ResourceRecordSetCount: zone.size,
  };
}

function describeVpc({ region, id }: Vpc): Content {
  return { VPCRegion: region, VPCId: id };
}

/** The name servers of a public zone, which alone has a delegation set. */
function describeDelegation(zone: HostedZone): Content | undefined {
  return zone.private ? undefined : { NameServers: { NameServer: zone.nameServers } };
}

function describeSet(set: RecordSet): Content {
  const { aliasTarget: alias, geoLocation: geo } = set;
  return {
    Name: set.name,
    Type: set.type,
    SetIdentifier: set.setIdentifier,
    Weight: set.weight,
    Region: set.region,
    GeoLocation: geo && {
      ContinentCode: geo.continentCode,
      CountryCode: geo.countryCode,
      SubdivisionCode: geo.subdivisionCode,
    },
    Failover: set.failover,
    MultiValueAnswer: set.multiValueAnswer,
    TTL: set.ttl,
    AliasTarget: alias && {
      HostedZoneId: alias.hostedZoneId,
      DNSName: alias.dnsName,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
    ResourceRecords: alias ? undefined : { ResourceRecord: set.values.map((value) => ({ Value: value })) },
    HealthCheckId: set.healthCheckId,
  };
}
