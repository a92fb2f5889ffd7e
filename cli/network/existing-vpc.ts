import type { DeploymentConfig } from '../../config/schema.ts';
import type { Resolved, Resources } from './resolve.ts';

/**
 * The template's resources together with those that the owner of an existing VPC has, as the configuration describes
 * them: public subnets lead to an internet gateway, private ones to a NAT, isolated ones nowhere.
 */
export function withExistingVpc(resources: Resources, { network }: DeploymentConfig): Resources {
  const vpc = network.existingVpc;
  if (vpc === undefined) return resources;
  const kinds = { public: vpc.publicSubnetIds, private: vpc.privateSubnetIds, isolated: vpc.isolatedSubnetIds };
  const ways = { public: { GatewayId: 'igw-owner' }, private: { NatGatewayId: 'nat-owner' }, isolated: undefined };
  const [first = ''] = vpc.publicSubnetIds;
  const subnets = Object.entries(kinds).flatMap(([kind, ids], place) =>
    ids.flatMap((id, zone) => {
      const way = ways[kind as keyof typeof ways];
      const RouteTableId = `rtb-${id}`;
      return [
        resource(id, 'AWS::EC2::Subnet', {
          CidrBlock: `${vpc.cidr.split('.').slice(0, 2).join('.')}.${place * 10 + zone}.0/24`,
          AvailabilityZone: vpc.availabilityZones[zone],
        }),
        resource(`association-${id}`, 'AWS::EC2::SubnetRouteTableAssociation', { SubnetId: id, RouteTableId }),
        ...(way === undefined
          ? []
          : [resource(`route-${id}`, 'AWS::EC2::Route', { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', ...way })]),
      ];
    }),
  );
  const shared = [
    resource(vpc.vpcId, 'AWS::EC2::VPC', { CidrBlock: vpc.cidr }),
    resource('attachment-owner', 'AWS::EC2::VPCGatewayAttachment', { InternetGatewayId: 'igw-owner' }),
    // Where there are private subnets, their NAT has a public one, listed or not.
    resource('nat-owner', 'AWS::EC2::NatGateway', { SubnetId: first || 'subnet-owner', AllocationId: 'eip-owner' }),
    ...(first === '' ? subnetOfNat() : []),
  ];
  return new Map([...resources, ...[...shared, ...subnets].map((each) => [each.id, each] as const)]);
}

/** Whether a VPC belongs to somebody else: its id is AWS's, not that of a resource in the template. */
export const isForeign = (id: string) => id.startsWith('vpc-');

function subnetOfNat(): Resolved[] {
  const association = { SubnetId: 'subnet-owner', RouteTableId: 'rtb-owner' };
  const route = { RouteTableId: 'rtb-owner', DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-owner' };
  return [
    resource('subnet-owner', 'AWS::EC2::Subnet', { CidrBlock: '100.64.0.0/24' }),
    resource('association-owner', 'AWS::EC2::SubnetRouteTableAssociation', association),
    resource('route-owner', 'AWS::EC2::Route', route),
  ];
}

const resource = (id: string, type: string, properties: Resolved['properties']): Resolved => ({ id, type, properties });
