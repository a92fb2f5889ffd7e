import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { amazonLinux } from '../../utils/machine-image.ts';

const INSTANCE_TYPE = new ec2.InstanceType('t4g.nano');

/** Instances that do what NAT gateways do, for about $7 instead of $33 a month and without failover. */
export function natInstances(scope: Construct, { network }: DeploymentConfig): ec2.NatInstanceProviderV2 {
  return ec2.NatProvider.instanceV2({
    instanceType: INSTANCE_TYPE,
    machineImage: amazonLinux(scope, 'NatImage', {
      instanceType: INSTANCE_TYPE,
      release: network.natRelease,
    }),
    // Public subnets give no address by themselves, and without one there is no way out.
    associatePublicIpAddress: true,
    defaultAllowedTraffic: ec2.NatTrafficDirection.OUTBOUND_ONLY,
  });
}

/** Lets the VPC send through the instances, once they are there. */
export function openNatInstances(provider: ec2.NatInstanceProviderV2, { network }: DeploymentConfig): void {
  provider.connections.allowFrom(ec2.Peer.ipv4(network.cidr), ec2.Port.allTraffic(), 'What the VPC sends out');
  for (const { node } of provider.gatewayInstances) {
    // The provider has no properties for these.
    const instance = node.defaultChild as ec2.CfnInstance;
    instance.blockDeviceMappings = [
      { deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 8 } },
    ];
    instance.metadataOptions = { httpTokens: 'required' };
    instance.propagateTagsToVolumeOnCreation = true;
  }
}
