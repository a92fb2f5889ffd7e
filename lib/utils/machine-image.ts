import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { deployTimeLookup } from './deploy-time-lookup.ts';

/**
 * The newest Amazon Linux 2023 for an instance type, looked up once for each value of `release`.
 *
 * A deployment replaces no machine by surprise: the image stays until the label is another.
 */
export function amazonLinux(
  scope: Construct,
  id: string,
  { instanceType, release }: { readonly instanceType: ec2.InstanceType; readonly release: string },
): ec2.IMachineImage {
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${instanceType.architecture}`;
  const { region, partition } = Stack.of(scope);
  const imageId = deployTimeLookup(scope, id, {
    service: 'SSM',
    action: 'getParameter',
    parameters: { Name: name },
    outputPath: 'Parameter.Value',
    revision: `${name}#${release}`,
    policy: new iam.PolicyStatement({
      sid: 'FindMachineImage',
      actions: ['ssm:GetParameter'],
      resources: [`arn:${partition}:ssm:${region}::parameter${name}`],
    }),
  });
  return {
    getImage: () => ({
      imageId,
      osType: ec2.OperatingSystemType.LINUX,
      userData: ec2.UserData.forLinux(),
    }),
  };
}
