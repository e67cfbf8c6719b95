import type { ConsulSettings } from '../src/settings/settings.ts';
import { PRIVATE_IPV4_CIDRS, type Site } from './parameters.ts';
import { secretReferences, type Value } from './policy.ts';

/** Resources of a CloudFormation template by their logical IDs. */
export type Resources = Readonly<Record<string, object>>;

const FUNCTION_GROUP = 'UpdateSecurityGroup';
const ENDPOINT_GROUP = 'Route53EndpointSecurityGroup';

/** The function's security groups: the operator's, or the one that `networkResources` creates. */
export function securityGroups({ securityGroupIds }: Site): readonly Value[] {
  return securityGroupIds.length > 0 ? securityGroupIds : [{ 'Fn::GetAtt': [FUNCTION_GROUP, 'GroupId'] }];
}

/**
 * A security group for the function where the operator gave none, and the endpoint of the Route 53 API where one was
 * asked for.
 */
export function networkResources(site: Site, consul: ConsulSettings): Resources {
  return {
    ...(site.securityGroupIds.length === 0 && functionGroup(site, consul)),
    ...(site.route53Endpoint && endpoint(site)),
  };
}

/** A rule of a security group. @param peer whom it lets in, or out to. */
const rule = (Description: string, peer: object, port = 443) => ({
  ...{ IpProtocol: 'tcp', FromPort: port, ToPort: port },
  ...peer,
  Description,
});

/** Out to Consul and to APIs of AWS, and nothing in. No group stands between a function and the VPC's resolver. */
function functionGroup(
  { vpcId, consulCidrs, route53Endpoint, route53RoleArn }: Site,
  consul: ConsulSettings,
): Resources {
  const ports = [...new Set(consul.addresses.map(portOf))].sort((one, other) => one - other);
  const toConsul = ports.flatMap((port) =>
    consulCidrs.map((CidrIp) => rule('Consul HTTP API', { CidrIp }, port)),
  );
  const anywhere = { CidrIp: '0.0.0.0/0' };
  const toEndpoint = { DestinationSecurityGroupId: { 'Fn::GetAtt': [ENDPOINT_GROUP, 'GroupId'] } };
  // Without an endpoint of Route 53 in this stack, the rule for its API reaches them as well.
  const needsOthers = route53Endpoint && (route53RoleArn !== '' || secretReferences(consul).length > 0);
  return {
    [FUNCTION_GROUP]: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'consul-route53-updater: to Consul and to the Route 53 API',
        VpcId: vpcId,
        SecurityGroupEgress: [
          ...toConsul,
          rule('Route 53 API', route53Endpoint ? toEndpoint : anywhere),
          ...(needsOthers ? [rule('SSM, Secrets Manager and STS', anywhere)] : []),
        ],
      },
    },
  };
}

/**
 * The API's name, route53.amazonaws.com, then resolves to the endpoint for the whole VPC. So whoever else uses that API
 * there is let in, too, and the endpoint has no policy of its own: who may do what, their roles say.
 *
 * The service is one for all Regions, and lives in us-east-1; only from elsewhere must its Region be named.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
 */
function endpoint({ region, vpcId, subnetIds }: Site): Resources {
  return {
    [ENDPOINT_GROUP]: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'consul-route53-updater: who may use the endpoint of the Route 53 API',
        VpcId: vpcId,
        SecurityGroupIngress: PRIVATE_IPV4_CIDRS.map((CidrIp) => rule('Route 53 API', { CidrIp })),
      },
    },
    Route53Endpoint: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.route53',
        ...(region !== 'us-east-1' && { ServiceRegion: 'us-east-1' }),
        VpcId: vpcId,
        SubnetIds: subnetIds,
        SecurityGroupIds: [{ 'Fn::GetAtt': [ENDPOINT_GROUP, 'GroupId'] }],
        PrivateDnsEnabled: true,
      },
    },
  };
}

/** The port of an origin, which leaves out the one of its scheme. */
function portOf(origin: string): number {
  const { port, protocol } = new URL(origin);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
