import { refusal } from './errors.ts';
import type { Vpc } from './model.ts';
import { childrenOf, type Element, parseRequest } from './xml.ts';
import type { HostedZone, HostedZones } from './zones.ts';

/**
 * Has a VPC's resolver answer from a private zone. That another account's must be authorized at first is not imitated.
 *
 * @throws AwsApiError as
 *   https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html documents it.
 */
export function associate(zone: HostedZone, body: string, zones: HostedZones): void {
  const vpc = vpcIn(body, 'AssociateVPCWithHostedZoneRequest');
  if (!zone.private)
    throw refusal('PublicZoneVPCAssociation', `The hosted zone ${zone.id} is public, and has no VPCs`);
  checkNewVpc(vpc, zone.name, zones);
  zone.vpcs = [...zone.vpcs, vpc];
}

/**
 * Takes such an association away.
 *
 * @throws AwsApiError as
 *   https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html documents it.
 */
export function dissociate(zone: HostedZone, body: string): void {
  const vpc = vpcIn(body, 'DisassociateVPCFromHostedZoneRequest');
  const others = zone.vpcs.filter(({ id }) => id !== vpc.id);
  if (others.length === zone.vpcs.length)
    throw refusal('VPCAssociationNotFound', `The VPC ${vpc.id} is not associated with ${zone.id}`, 404);
  if (others.length === 0)
    throw refusal('LastVPCAssociation', `The VPC ${vpc.id} is the last one of the private zone ${zone.id}`);
  zone.vpcs = others;
}

/** @throws AwsApiError if it is none, or its resolver answers from a zone of this name already. */
export function checkNewVpc({ id }: Vpc, name: string, zones: HostedZones): void {
  if (!/^vpc-[0-9a-f]{8,17}$/.test(id)) throw refusal('InvalidVPCId', `The VPC ID '${id}' is not valid`);
  if (zones.all().some((zone) => zone.name === name && zone.vpcs.some((vpc) => vpc.id === id)))
    throw refusal(
      'ConflictingDomainExists',
      `The VPC ${id} is already associated with a hosted zone of the name ${name}`,
    );
}

export function decodeVpc(element: Element): Vpc {
  const { VPCRegion, VPCId } = childrenOf(element, ['VPCRegion', 'VPCId'], ['VPCRegion', 'VPCId']);
  return { region: VPCRegion.text, id: VPCId.text };
}

function vpcIn(body: string, root: string): Vpc {
  return decodeVpc(childrenOf(parseRequest(body, root), ['VPC', 'Comment'], ['VPC']).VPC);
}
