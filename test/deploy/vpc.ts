import type { Moto } from '../real-parts/python.ts';

/** Makes a VPC with a subnet in each of two Availability Zones; returns their IDs as parameters have them. */
export async function makeVpc({ aws }: Moto) {
  const [{ Vpc }] = await aws<[{ Vpc: { VpcId: string } }]>([
    'ec2',
    'create_vpc',
    { CidrBlock: '10.20.0.0/16' },
  ]);
  const subnets = await aws<readonly { Subnet: { SubnetId: string } }[]>(
    ...['a', 'b'].map(
      (zone, i) =>
        [
          'ec2',
          'create_subnet',
          { VpcId: Vpc.VpcId, CidrBlock: `10.20.${i}.0/24`, AvailabilityZone: `eu-west-1${zone}` },
        ] as const,
    ),
  );
  return { vpcId: Vpc.VpcId, subnetIds: subnets.map(({ Subnet }) => Subnet.SubnetId).join() };
}
