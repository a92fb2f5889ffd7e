import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Ec2Config } from '../../../../config/schema.ts';
import { chatModels, embeddingModels, invokeBedrockModels, pullFromMirror } from '../../../utils/iam-policies.ts';
import type { SecretValueRef } from '../../security/application-secrets.ts';
import { AGENT_METRICS } from './agent.ts';

/** What the machine may do follows from these. */
export interface MachineRoleProps {
  readonly config: Ec2Config;
  readonly volume: ec2.IVolume;

  /** Tag of the volume and of every machine of this deployment, with the stack's name as value. */
  readonly volumeOwnerTag: string;

  /** Name of the SSM parameter with the containers' settings. */
  readonly settingsParameter: string;

  /** Every value that a container is given. */
  readonly secrets: readonly SecretValueRef[];
  readonly logGroup: logs.ILogGroup;
}

/** Role of the machine: what its scripts, the agents and the containers call, and nothing else. */
export function machineRole(scope: Construct, id: string, props: MachineRoleProps): iam.Role {
  const { config, secrets, logGroup } = props;
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
  });
  const models = new Set([...chatModels(config), ...embeddingModels(config)]);
  for (const statement of [
    ...takeDataVolume(scope, props),
    new iam.PolicyStatement({
      sid: 'PublishMetrics',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': AGENT_METRICS.namespace } },
    }),
    ...readSettings(scope, props),
    ...invokeBedrockModels(scope, [...models], config),
    ...pullFromMirror(scope, config),
  ]) {
    role.addToPolicy(statement);
  }
  for (const { secret } of secrets) secret.grantRead(role);
  logGroup.grantWrite(role);
  return role;
}

/** A new machine takes the volume from its predecessor, and gives it back when it does not come up. */
function takeDataVolume(scope: Construct, props: MachineRoleProps): iam.PolicyStatement[] {
  const { config, volume, volumeOwnerTag } = props;
  const stack = Stack.of(scope);
  const conditions = { StringEquals: { [`aws:ResourceTag/${volumeOwnerTag}`]: config.stackName } };
  const instances = stack.formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' });
  return [
    new iam.PolicyStatement({
      sid: 'TakeDataVolume',
      actions: ['ec2:AttachVolume', 'ec2:DetachVolume'],
      resources: [stack.formatArn({ service: 'ec2', resource: 'volume', resourceName: volume.volumeId }), instances],
      conditions,
    }),
    new iam.PolicyStatement({
      // Started again when the new machine does not come up.
      sid: 'ReplaceFormerMachine',
      actions: ['ec2:StartInstances', 'ec2:StopInstances'],
      resources: [instances],
      conditions,
    }),
    new iam.PolicyStatement({
      sid: 'SeeVolumes',
      actions: ['ec2:DescribeInstances', 'ec2:DescribeVolumes'],
      resources: ['*'],
    }),
  ];
}

function readSettings(scope: Construct, { settingsParameter }: MachineRoleProps): iam.PolicyStatement[] {
  const settings = Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: settingsParameter.slice(1),
  });
  return [
    new iam.PolicyStatement({ sid: 'ReadSettings', actions: ['ssm:GetParameter'], resources: [settings] }),
    new iam.PolicyStatement({
      // The managed policy of the SSM agent would let the machine, and the containers on it, read those of everybody.
      sid: 'ReadNoOtherParameters',
      effect: iam.Effect.DENY,
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      notResources: [settings],
    }),
  ];
}
