import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { DeploymentConfig } from '../../../config/schema.ts';

/**
 * Puts a network ACL on the isolated subnets: traffic of the VPC only, in and out.
 *
 * A second lock behind the security groups. In a closed network tasks run there too. They fetch images and files through
 * the gateway endpoint of S3, whose addresses are public; no other public address has a route there.
 */
export function protectIsolatedSubnets(vpc: ec2.Vpc, config: DeploymentConfig): void {
  const acl = new ec2.NetworkAcl(vpc, 'IsolatedAcl', {
    vpc,
    subnetSelection: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  });
  const inside = ec2.AclCidr.ipv4(config.network.cidr);
  const rules: [id: string, direction: ec2.TrafficDirection, cidr: ec2.AclCidr, traffic: ec2.AclTraffic][] = [
    ['FromVpc', ec2.TrafficDirection.INGRESS, inside, ec2.AclTraffic.allTraffic()],
    ['ToVpc', ec2.TrafficDirection.EGRESS, inside, ec2.AclTraffic.allTraffic()],
  ];
  if (config.mode === 'ecs' && config.service.subnets === 'private' && config.network.natGateways === 0) {
    const answers = ec2.AclTraffic.tcpPortRange(1024, 65_535);
    rules.push(
      ['FromS3', ec2.TrafficDirection.INGRESS, ec2.AclCidr.anyIpv4(), answers],
      ['ToS3', ec2.TrafficDirection.EGRESS, ec2.AclCidr.anyIpv4(), ec2.AclTraffic.tcpPort(443)],
    );
  }
  for (const [id, direction, cidr, traffic] of rules) {
    acl.addEntry(id, {
      ruleNumber: id.endsWith('S3') ? 110 : 100,
      cidr,
      traffic,
      direction,
      ruleAction: ec2.Action.ALLOW,
    });
  }
}
