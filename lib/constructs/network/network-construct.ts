import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { logGroup } from '../monitoring/log-group.ts';
import { protectIsolatedSubnets } from './isolated-nacl.ts';
import type { Watched } from '../monitoring/watched.ts';
import { natInstances, openNatInstances } from './nat-instances.ts';
import { natMetrics } from './nat-metrics.ts';

/** Zones that the addresses of a VPC are planned for, so that a zone more never moves a subnet. */
const PLANNED_ZONES = 3;

/** Zones that a database subnet group or a load balancer needs, whatever compute uses. */
const LEAST_ZONES = 2;

/** Properties for {@link NetworkConstruct}. */
export interface NetworkConstructProps {
  readonly config: DeploymentConfig;
}

/** The VPC, its ways out, and which subnets each part of the stack goes to. */
export class NetworkConstruct extends Construct {
  readonly vpc: ec2.IVpc;

  /** Subnets with a way out and no way in; undefined where the configuration has no NAT. */
  readonly privateSubnets: ec2.SubnetSelection | undefined;

  /** Subnets without any way out: databases, file systems, internal balancers. Always two zones or more. */
  readonly isolatedSubnets: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

  constructor(scope: Construct, id: string, { config }: NetworkConstructProps) {
    super(scope, id);
    const { network } = config;
    this.vpc = network.existingVpc === undefined ? this.createVpc(config) : this.findVpc(network.existingVpc);
    const availabilityZones = this.vpc.availabilityZones.slice(0, network.zones);
    const hasPrivate =
      network.existingVpc === undefined ? network.natGateways > 0 : network.existingVpc.privateSubnetIds.length > 0;
    this.privateSubnets = hasPrivate
      ? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, availabilityZones }
      : undefined;
    this.createInterfaceEndpoints(config);
  }

  /** Subnets that compute runs in: private where there are any. */
  computeSubnets(isPublic: boolean, zones: number): ec2.SubnetSelection {
    const availabilityZones = this.vpc.availabilityZones.slice(0, zones);
    if (isPublic) return { subnetType: ec2.SubnetType.PUBLIC, availabilityZones };
    return { ...(this.privateSubnets ?? this.isolatedSubnets), availabilityZones };
  }

  /** Subnets of a load balancer, in every zone of the VPC; isolated ones would not let its clients in. */
  balancerSubnets(internal: boolean): ec2.SubnetSelection {
    return { subnetType: internal ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC };
  }

  /** What tells whether the way out is well. That of an existing VPC belongs to its owner. */
  watched(): Watched[] {
    return natMetrics(this.vpc);
  }

  private createVpc(config: DeploymentConfig): ec2.Vpc {
    const { network } = config;
    const zones = Math.max(network.zones, LEAST_ZONES);
    const nat = network.natType === 'instance' && network.natGateways > 0 ? natInstances(this, config) : undefined;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(network.cidr),
      maxAzs: zones,
      reservedAzs: PLANNED_ZONES - zones,
      natGateways: network.natGateways,
      ...(nat === undefined ? {} : { natGatewayProvider: nat }),
      // Private comes last, so that adding NAT later moves no other subnet.
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        ...(network.natGateways > 0
          ? [{ name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 }]
          : []),
      ],
      gatewayEndpoints: {
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    if (nat !== undefined) openNatInstances(nat, config);
    if (network.flowLogs) {
      const group = logGroup(this, 'FlowLogGroup', { name: 'flow-logs' });
      const role = new iam.Role(this, 'FlowLogRole', {
        assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com'),
      });
      vpc.addFlowLog('FlowLog', {
        destination: ec2.FlowLogDestination.toCloudWatchLogs(group, role),
        trafficType: ec2.FlowLogTrafficType.ALL,
      });
    }
    protectIsolatedSubnets(vpc, config);
    return vpc;
  }

  private createInterfaceEndpoints({ network }: DeploymentConfig): void {
    for (const service of network.interfaceEndpoints) {
      const id = `${service
        .split(/[.-]/)
        .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        .join('')}Endpoint`;
      const endpoint = this.vpc.addInterfaceEndpoint(id, {
        open: false,
        service: new ec2.InterfaceVpcEndpointAwsService(service),
        subnets: { ...this.isolatedSubnets, availabilityZones: this.vpc.availabilityZones.slice(0, network.zones) },
        privateDnsEnabled: true,
      });
      // As a text that tools can judge; the CDK's own rule takes it from the VPC while deploying.
      const inside = ec2.Peer.ipv4(network.existingVpc?.cidr ?? network.cidr);
      endpoint.connections.allowDefaultPortFrom(inside, 'HTTPS from the VPC');
    }
  }

  private findVpc(vpc: ExistingVpc): ec2.IVpc {
    const found = ec2.Vpc.fromVpcAttributes(this, 'Vpc', vpcAttributes(vpc));
    Validations.of(found).acknowledge({
      id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'routes of an existing VPC belong to its owner; nothing here changes them',
    });
    return found;
  }
}

type ExistingVpc = NonNullable<DeploymentConfig['network']['existingVpc']>;

function vpcAttributes(vpc: ExistingVpc): ec2.VpcAttributes {
  return {
    vpcId: vpc.vpcId,
    vpcCidrBlock: vpc.cidr,
    availabilityZones: vpc.availabilityZones,
    ...(vpc.publicSubnetIds.length > 0 ? { publicSubnetIds: vpc.publicSubnetIds } : {}),
    ...(vpc.privateSubnetIds.length > 0 ? { privateSubnetIds: vpc.privateSubnetIds } : {}),
    isolatedSubnetIds: vpc.isolatedSubnetIds,
  };
}
