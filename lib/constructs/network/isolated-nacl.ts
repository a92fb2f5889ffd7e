import * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * Puts a network ACL on the isolated subnets: traffic of the VPC only, in and out.
 *
 * A second lock behind the security groups. The S3 gateway endpoint is not used from these subnets.
 */
export function protectIsolatedSubnets(vpc: ec2.Vpc, cidr: string): void {
  const acl = new ec2.NetworkAcl(vpc, 'IsolatedAcl', {
    vpc,
    subnetSelection: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  });
  for (const [id, direction] of [
    ['FromVpc', ec2.TrafficDirection.INGRESS],
    ['ToVpc', ec2.TrafficDirection.EGRESS],
  ] as const) {
    acl.addEntry(id, {
      ruleNumber: 100,
      cidr: ec2.AclCidr.ipv4(cidr),
      traffic: ec2.AclTraffic.allTraffic(),
      direction,
      ruleAction: ec2.Action.ALLOW,
    });
  }
}
