import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Ec2Config } from '../../../../config/schema.ts';
import { amazonLinux } from '../../../utils/machine-image.ts';
import type { NetworkConstruct } from '../../network/network-construct.ts';
import { userData, type UserDataProps } from './user-data.ts';

/** Properties of {@link createMachine}. */
export interface MachineProps {
  readonly config: Ec2Config;
  readonly network: NetworkConstruct;
  readonly role: iam.IRole;

  /** What it is told at every boot. */
  readonly inputs: UserDataProps;
}

/** The machine itself. Nothing on its own disk has to outlive it. */
export function createMachine(scope: Construct, { config, network, role, inputs }: MachineProps): ec2.Instance {
  const { instance: settings } = config;
  const instanceType = new ec2.InstanceType(settings.type);
  const { isPublic, vpcSubnets } = place({ config, network });
  const machine = new ec2.Instance(scope, 'Machine', {
    vpc: network.vpc,
    vpcSubnets,
    associatePublicIpAddress: isPublic,
    instanceType,
    machineImage: amazonLinux(scope, 'MachineImage', { instanceType, release: settings.amiRelease }),
    role,
    requireImdsv2: false,
    httpTokens: ec2.HttpTokens.REQUIRED,
    propagateTagsToVolumeOnCreation: true,
    // Containers are one hop behind the machine.
    httpPutResponseHopLimit: 2,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(settings.rootVolumeGiB, {
          encrypted: true,
          volumeType: ec2.EbsDeviceVolumeType.GP3,
        }),
      },
    ],
    ...(settings.keyPairName === undefined
      ? {}
      : { keyPair: ec2.KeyPair.fromKeyPairName(scope, 'KeyPair', settings.keyPairName) }),
    userData: userData(inputs),
  });
  Tags.of(machine).add(inputs.volumeOwnerTag, config.stackName);
  for (const range of settings.sshCidrs)
    machine.connections.allowFrom(ec2.Peer.ipv4(range), ec2.Port.SSH, `SSH from ${range}`);
  return machine;
}

/** What another value of makes another machine, or stops this one. */
export function machineIdentity(
  scope: Construct,
  { config, network }: Pick<MachineProps, 'config' | 'network'>,
): unknown {
  const { type, rootVolumeGiB, keyPairName, amiRelease } = config.instance;
  const { subnetIds } = network.vpc.selectSubnets(place({ config, network }).vpcSubnets);
  return [type, rootVolumeGiB, keyPairName, amiRelease, Stack.of(scope).resolve(subnetIds)];
}

function place({ config, network }: Pick<MachineProps, 'config' | 'network'>) {
  const { access, instance } = config;
  const isPublic = network.privateSubnets === undefined || (access.type === 'http' && !instance.loadBalancer);
  return { isPublic, vpcSubnets: network.computeSubnets(isPublic, 1) };
}
