import { AwsApiError } from '../aws/api-error.ts';
import type { Content } from '../aws/xml.ts';
import { decodeChanges } from './decode-changes.ts';
import { invalidInput, noSuchHostedZone } from './errors.ts';
import { RECORD_TYPES, type RecordSet, type Vpc } from './model.ts';
import { parseName } from './names.ts';
import type { Position } from './order.ts';
import type { Incoming } from './requests.ts';
import type { Submissions } from './submissions.ts';
import { buildAnswer, childrenOf, parseRequest } from './xml.ts';
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
  readonly location?: string;
}

/**
 * Carries out one operation of the API.
 * @throws AwsApiError as the operation documents it.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
 */
export function perform(service: Service, request: Incoming): Answer {
  switch (request.operation) {
    case 'CreateHostedZone':
      return createHostedZone(service, request);
    case 'GetHostedZone':
      return getHostedZone(service, request);
    case 'DeleteHostedZone':
      return deleteHostedZone(service, request);
    case 'ListResourceRecordSets':
      return listResourceRecordSets(service, request);
    case 'ChangeResourceRecordSets':
      return changeResourceRecordSets(service, request);
    case 'GetChange':
      return {
        status: 200,
        body: buildAnswer('GetChangeResponse', {
          ChangeInfo: service.submissions.describe(request.id ?? ''),
        }),
      };
    case 'Unknown':
      throw new AwsApiError(
        404,
        'UnknownOperationException',
        'There is no operation with this method and path',
      );
  }
}

function createHostedZone({ zones, submissions, url }: Service, { body }: Incoming): Answer {
  const fields = childrenOf(
    parseRequest(body, 'CreateHostedZoneRequest'),
    ['Name', 'VPC', 'CallerReference', 'HostedZoneConfig', 'DelegationSetId'],
    ['Name', 'CallerReference'],
  );
  const callerReference = fields.CallerReference?.text ?? '';
  if (callerReference.length < 1 || callerReference.length > 128) {
    throw invalidInput('CallerReference must have a length of 1 to 128');
  }
  if (fields.DelegationSetId !== undefined) {
    throw new AwsApiError(400, 'NoSuchDelegationSet', 'There are no reusable delegation sets');
  }
  const name = parseName(fields.Name?.text ?? '');
  if ('problem' in name || name.labels.length < 2) {
    throw new AwsApiError(
      400,
      'InvalidDomainName',
      `'${fields.Name?.text ?? ''}' is not a valid domain name`,
    );
  }
  const config = fields.HostedZoneConfig && childrenOf(fields.HostedZoneConfig, ['Comment', 'PrivateZone']);
  const vpc = fields.VPC && childrenOf(fields.VPC, ['VPCRegion', 'VPCId'], ['VPCRegion', 'VPCId']);
  const vpcs: Vpc[] = vpc ? [{ region: vpc.VPCRegion?.text ?? '', id: vpc.VPCId?.text ?? '' }] : [];
  if (config?.PrivateZone?.text === 'true' && vpcs.length === 0) {
    throw invalidInput('A private hosted zone needs a VPC');
  }
  if (vpcs.some(({ id }) => !/^vpc-[0-9a-f]{8,17}$/.test(id))) {
    throw new AwsApiError(400, 'InvalidVPCId', `The VPC ID '${vpcs[0]?.id}' is not valid`);
  }
  if (zones.all().some((zone) => zone.callerReference === callerReference)) {
    throw new AwsApiError(
      409,
      'HostedZoneAlreadyExists',
      `A hosted zone has already been created with the specified caller reference.`,
    );
  }
  const taken = zones
    .all()
    .some(
      (zone) => zone.name === name.name && zone.vpcs.some(({ id }) => vpcs.some((each) => each.id === id)),
    );
  if (taken) {
    throw new AwsApiError(
      400,
      'ConflictingDomainExists',
      `The VPC ${vpcs[0]?.id} is already associated with a hosted zone of the name ${name.name}`,
    );
  }
  const zone = zones.create({
    name: name.name,
    private: vpcs.length > 0,
    callerReference,
    vpcs,
    ...(config?.Comment && { comment: config.Comment.text }),
  });
  return {
    status: 201,
    location: `${url}/2013-04-01/hostedzone/${zone.id}`,
    body: buildAnswer('CreateHostedZoneResponse', {
      HostedZone: describeZone(zone),
      ChangeInfo: submissions.add(),
      ...(zone.private ? { VPC: describeVpc(vpcs[0]) } : { DelegationSet: describeDelegation(zone) }),
    }),
  };
}

function getHostedZone({ zones }: Service, { id }: Incoming): Answer {
  const zone = zoneOf(zones, id);
  return {
    status: 200,
    body: buildAnswer('GetHostedZoneResponse', {
      HostedZone: describeZone(zone),
      ...(zone.private
        ? { VPCs: { VPC: zone.vpcs.map(describeVpc) } }
        : { DelegationSet: describeDelegation(zone) }),
    }),
  };
}

function deleteHostedZone({ zones, submissions }: Service, { id }: Incoming): Answer {
  const zone = zoneOf(zones, id);
  const foreign = zone
    .recordSets()
    .some(({ name, type }) => name !== zone.name || (type !== 'NS' && type !== 'SOA'));
  if (foreign || zone.hasProtections) {
    throw new AwsApiError(
      400,
      'HostedZoneNotEmpty',
      foreign
        ? 'The specified hosted zone contains non-required resource record sets and so cannot be deleted.'
        : 'The specified hosted zone contains resource record set protections and so cannot be deleted.',
    );
  }
  zones.delete(zone.id);
  return { status: 200, body: buildAnswer('DeleteHostedZoneResponse', { ChangeInfo: submissions.add() }) };
}

function listResourceRecordSets({ zones }: Service, { id, query }: Incoming): Answer {
  const zone = zoneOf(zones, id);
  const from = startOf(query);
  const maxItems = maxItemsOf(query);
  const sets = zone.list(from, maxItems + 1);
  const next = sets[maxItems];
  return {
    status: 200,
    body: buildAnswer('ListResourceRecordSetsResponse', {
      ResourceRecordSets: { ResourceRecordSet: sets.slice(0, maxItems).map(describeSet) },
      IsTruncated: next !== undefined,
      ...(next && {
        NextRecordName: next.name,
        NextRecordType: next.type,
        NextRecordIdentifier: next.setIdentifier,
      }),
      MaxItems: maxItems,
    }),
  };
}

function changeResourceRecordSets({ zones, submissions }: Service, { id, body }: Incoming): Answer {
  const { changes, comment } = decodeChanges(body);
  const zone = zoneOf(zones, id);
  const applied = zone.apply(changes);
  const change = submissions.add(comment, { zoneId: zone.id, changes: applied });
  return { status: 200, body: buildAnswer('ChangeResourceRecordSetsResponse', { ChangeInfo: change }) };
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
  if ('problem' in parsed) throw invalidInput(parsed.problem);
  return {
    name: parsed.name,
    type: type ?? undefined,
    setIdentifier: setIdentifier ?? undefined,
  };
}

function maxItemsOf(query: URLSearchParams): number {
  const text = query.get('maxitems') ?? String(MAX_ITEMS);
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) < 1) throw invalidInput(`'${text}' is not a valid maxitems`);
  return Math.min(Number(text), MAX_ITEMS);
}

function zoneOf(zones: HostedZones, id = ''): HostedZone {
  const zone = zones.get(id);
  if (zone === undefined) throw noSuchHostedZone(id);
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

function describeVpc(vpc: Vpc | undefined): Content {
  return { VPCRegion: vpc?.region, VPCId: vpc?.id };
}

function describeDelegation(zone: HostedZone): Content {
  return { NameServers: { NameServer: zone.nameServers } };
}

function describeSet(set: RecordSet): Content {
  const { aliasTarget: alias, geoLocation: geo } = set;
  return {
    Name: set.name,
    Type: set.type,
    SetIdentifier: set.setIdentifier,
    Weight: set.weight,
    Region: set.region,
    ...(geo && {
      GeoLocation: {
        ContinentCode: geo.continentCode,
        CountryCode: geo.countryCode,
        SubdivisionCode: geo.subdivisionCode,
      },
    }),
    Failover: set.failover,
    MultiValueAnswer: set.multiValueAnswer,
    TTL: set.ttl,
    ...(alias
      ? {
          AliasTarget: {
            HostedZoneId: alias.hostedZoneId,
            DNSName: alias.dnsName,
            EvaluateTargetHealth: alias.evaluateTargetHealth,
          },
        }
      : { ResourceRecords: { ResourceRecord: set.values.map((value) => ({ Value: value })) } }),
    HealthCheckId: set.healthCheckId,
  };
}
