import { CloudWatchLogs, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { EC2, paginateDescribeSnapshots } from '@aws-sdk/client-ec2';
import type { AwsOptions } from '../aws-clients.ts';
import { all, ifThere, type Kind } from './kind.ts';

type Own = Pick<Kind, 'look' | 'remove'> & Partial<Kind>;

/** Disks, and the network that a kept database still stands in, from the inside out. */
export function ec2Kinds(options: AwsOptions): Kind[] {
  const client = new EC2(options);
  const kind = (name: string, what: string, own: Own): Kind => ({
    types: [],
    arn: new RegExp(`^arn:[^:]+:ec2:[^:]*:[^:]*:${name}/(.+)$`),
    what,
    role: 'support',
    ...own,
  });
  const there = (detail: string | undefined) => (detail === undefined ? undefined : { detail });
  return [
    kind('volume', 'data volume', { ...volume(client), types: ['AWS::EC2::Volume'], role: 'data' }),
    kind('snapshot', 'snapshot of a volume', { ...snapshot(client), role: 'data' }),
    kind('security-group', 'security group', {
      types: ['AWS::EC2::SecurityGroup'],
      look: async (id) =>
        there((await ifThere(client.describeSecurityGroups({ GroupIds: [id] })))?.SecurityGroups?.[0]?.Description),
      remove: (GroupId) => client.deleteSecurityGroup({ GroupId }),
    }),
    kind('subnet', 'subnet', {
      types: ['AWS::EC2::Subnet'],
      look: async (id) => there((await ifThere(client.describeSubnets({ SubnetIds: [id] })))?.Subnets?.[0]?.CidrBlock),
      remove: (SubnetId) => client.deleteSubnet({ SubnetId }),
    }),
    kind('vpc', 'VPC', {
      types: ['AWS::EC2::VPC'],
      look: async (id) => there((await ifThere(client.describeVpcs({ VpcIds: [id] })))?.Vpcs?.[0]?.CidrBlock),
      remove: (VpcId) => client.deleteVpc({ VpcId }),
    }),
  ];
}

const volume = (client: EC2): Own => ({
  look: async (id) => {
    const found = (await ifThere(client.describeVolumes({ VolumeIds: [id] })))?.Volumes?.[0];
    const { Size: size = '?', State: state = '' } = found ?? {};
    return found && { detail: `${size} GiB, ${state}`, state, isGoing: state === 'deleting' };
  },
  remove: (VolumeId) => client.deleteVolume({ VolumeId }),
});

const snapshot = (client: EC2): Own => ({
  look: async (id) => {
    const found = (await ifThere(client.describeSnapshots({ SnapshotIds: [id] })))?.Snapshots?.[0];
    // A backup of AWS Backup goes with its vault, which is told apart.
    const isBackup = found?.Tags?.some(({ Key = '' }) => Key.startsWith('aws:backup:')) === true;
    return found === undefined || isBackup ? undefined : { detail: `${found.VolumeSize ?? '?'} GiB` };
  },
  remove: (SnapshotId) => client.deleteSnapshot({ SnapshotId }),
  madeOf: async (type, id) => {
    if (type !== 'AWS::EC2::Volume') return [];
    const asked = { OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [id] }] };
    const found = await all(paginateDescribeSnapshots({ client }, asked), ({ Snapshots }) => Snapshots);
    return found.map(({ SnapshotId = '' }) => SnapshotId);
  },
});

export function logKind(options: AwsOptions): Kind {
  const client = new CloudWatchLogs(options);
  return {
    types: ['AWS::Logs::LogGroup'],
    arn: /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/,
    what: 'log group',
    role: 'remains',
    look: async (id) => {
      const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix: id });
      const group = (await all(pages, ({ logGroups }) => logGroups)).find(({ logGroupName }) => logGroupName === id);
      return group && { detail: `${Math.ceil((group.storedBytes ?? 0) / 1024)} KiB` };
    },
    remove: (logGroupName) => client.deleteLogGroup({ logGroupName }),
    // A function without a group of its own makes one at its first call.
    madeOf: (type, id) => Promise.resolve(type === 'AWS::Lambda::Function' ? [`/aws/lambda/${id}`] : []),
  };
}
