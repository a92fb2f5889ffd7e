import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Ec2Config } from '../../../../config/schema.ts';

/**
 * Has Systems Manager start `patch.sh` on the machine, when the configuration says.
 *
 * Not Patch Manager, which takes the repositories as the machine has them: those of Amazon Linux 2023 are locked to the
 * release of its image, for which no update ever appears.
 */
export function patching(scope: Construct, machine: ec2.IInstance, { stackName, instance }: Ec2Config): void {
  if (instance.patching === 'off') return;
  const [day = '', hour, minute] = instance.patching.split(/[ :]/);
  new ssm.CfnAssociation(scope, 'Patching', {
    name: 'AWS-RunShellScript',
    associationName: `${stackName}-patching`,
    targets: [{ key: 'InstanceIds', values: [machine.instanceId] }],
    parameters: { commands: ['bash /opt/librechat/patch.sh'] },
    scheduleExpression: `cron(${Number(minute)} ${Number(hour)} ? * ${day} *)`,
    // Not as soon as it is made, while the machine boots for the first time.
    applyOnlyAtCronInterval: true,
  });
}
