import {
  at,
  type Context,
  type Finding,
  flag,
  HOURS,
  line,
  list,
  number,
  type Pricers,
  share,
  text,
  Unpriceable,
} from '../pricing.ts';
import type { Resource } from '../template.ts';
import { plus, type Range, rangeOf, times } from '../usage.ts';

const MB_PER_GB = 1000;
const EFS_BACKUP_DAYS = 35;
const DAYS_PER_MONTH = 30;

/** Size of backups kept for so many days: all of it once, and what changed. */
function backedUp(gb: Range, days: number, { usage }: Context): Range {
  const [low, high] = usage.dailyChange;
  return times(gb, [1 + low * days, 1 + high * days]);
}

/** What backups take beyond the size that is free. */
function excess(data: Range, days: number, freeGb: Range, context: Context): Range {
  const [low, high] = backedUp(data, days, context);
  return [Math.max(0, low - freeGb[0]), Math.max(0, high - freeGb[1])];
}

function* rdsInstance(resource: Resource, context: Context): Iterable<Finding> {
  const { properties } = resource;
  const size = text(properties, 'DBInstanceClass');
  const engine = text(properties, 'Engine', 'unnamed');
  const cluster = context.referred(properties['DBClusterIdentifier']);
  if (cluster !== undefined || properties['DBClusterIdentifier'] !== undefined) {
    yield* auroraInstance(size, cluster?.properties, context);
    return;
  }
  if (engine !== 'postgres') throw new Unpriceable(`no prices for RDS with engine ${engine}`);
  const isMultiAz = flag(properties, 'MultiAZ');
  const zones = isMultiAz ? 'multiAz' : 'single';
  yield line(`RDS ${size}${isMultiAz ? ', Multi-AZ' : ''}`, `AmazonRDS/postgres.${zones}.${size}`, { hours: HOURS });
  const disk = text(properties, 'StorageType', 'gp2');
  if (disk !== 'gp2' && disk !== 'gp3') throw new Unpriceable(`no price for storage of type ${disk}`);
  const gb = rangeOf(number(properties, 'AllocatedStorage'));
  yield line(`RDS ${disk}${isMultiAz ? ', Multi-AZ' : ''}`, `AmazonRDS/storage.${disk}.${zones}`, { GB: gb });
  const days = number(properties, 'BackupRetentionPeriod', 1);
  yield line('RDS backups beyond the size of the storage', 'AmazonRDS/backup', {
    GB: excess(times(gb, context.usage.volumeUsed), days, gb, context),
  });
}

function* auroraInstance(size: string, cluster: unknown, context: Context): Iterable<Finding> {
  if (size !== 'db.serverless') {
    yield line(`Aurora ${size}`, `AmazonRDS/auroraPostgres.${size}`, { hours: HOURS });
    return;
  }
  const scaling = at(cluster, 'ServerlessV2ScalingConfiguration');
  const [least, most] = [number(scaling, 'MinCapacity'), number(scaling, 'MaxCapacity')];
  yield line(`Aurora Serverless, ${least} to ${most} ACU`, 'AmazonRDS/aurora.serverlessV2.acu', {
    ACU: context.scaled(least, most),
    hours: HOURS,
  });
}

/** Storage, I/O and backups of a cluster that is charged for what it holds. */
function* cluster(name: string, prices: string, gb: Range, properties: unknown, context: Context): Iterable<Finding> {
  if (String(at(properties, 'StorageType')).includes('iopt'))
    throw new Unpriceable('no price for I/O-optimized clusters');
  const { ioBase, ioPerMessage } = context.usage;
  yield line(`${name} storage`, `${prices}storage`, { GB: gb });
  yield line(`${name} I/O`, `${prices}io`, { requests: plus(ioBase, times(context.messages, ioPerMessage)) });
  yield line(`${name} backups beyond its size`, `${prices}backup`, {
    GB: excess(gb, number(properties, 'BackupRetentionPeriod', 1), gb, context),
  });
}

function aurora({ properties }: Resource, context: Context): Iterable<Finding> {
  const engine = text(properties, 'Engine');
  if (engine !== 'aurora-postgresql') throw new Unpriceable(`no prices for clusters with engine ${engine}`);
  const { clusterBaseGb, gb, vectorGbPerGb } = context.usage;
  return cluster('Aurora', 'AmazonRDS/aurora.', plus(clusterBaseGb, times(gb, vectorGbPerGb)), properties, context);
}

function documents({ properties }: Resource, context: Context): Iterable<Finding> {
  const { clusterBaseGb, months } = context.usage;
  const gb = plus(clusterBaseGb, times(context.gb('storedKb'), months));
  return cluster('DocumentDB', 'AmazonDocDB/', gb, properties, context);
}

function* cacheNodes({ properties }: Resource): Iterable<Finding> {
  const engine = text(properties, 'Engine', 'redis');
  if (engine !== 'valkey' && engine !== 'redis')
    throw new Unpriceable(`no prices for ElastiCache with engine ${engine}`);
  const type = text(properties, 'CacheNodeType');
  const groups = number(properties, 'NumNodeGroups', 1);
  const nodes =
    number(properties, 'NumCacheClusters', 0) || groups * (1 + number(properties, 'ReplicasPerNodeGroup', 0));
  const all = number(properties, 'NumCacheNodes', nodes);
  yield line(`${type}, ${engine}`, `AmazonElastiCache/${engine}.${type}`, { nodes: all, hours: HOURS });
}

function fileGb({ usage }: Context): Range {
  return times(usage.users, usage.imagesMb, [1 / MB_PER_GB, 1 / MB_PER_GB]);
}

function* fileSystem({ properties }: Resource, context: Context): Iterable<Finding> {
  if (properties['AvailabilityZoneName'] !== undefined) throw new Unpriceable('no price for EFS One Zone');
  const gb = share(fileGb(context), context.ofType('AWS::EFS::FileSystem').length);
  const tiers = list(properties, 'LifecyclePolicies').some((policy) => at(policy, 'TransitionToIA') !== undefined);
  const [least, most] = tiers ? context.usage.efsIaShare : rangeOf(0);
  yield line('EFS Standard', 'AmazonEFS/standard.storage', { GB: times(gb, [1 - most, 1 - least]) });
  if (tiers) yield line('EFS Infrequent Access', 'AmazonEFS/ia.storage', { GB: times(gb, [least, most]) });
  const mode = text(properties, 'ThroughputMode', 'bursting');
  if (mode === 'provisioned') yield { unpriced: 'no price for provisioned throughput' };
  if (mode === 'elastic') {
    const read = context.gb('efsKb');
    yield line('EFS reads', 'AmazonEFS/elastic.read', { GB: read });
    yield line('EFS writes', 'AmazonEFS/elastic.write', { GB: share(read, 10) });
  }
  if (at(properties, 'BackupPolicy', 'Status') === 'ENABLED')
    yield line('backups of EFS', 'AWSBackup/efsWarm', { GB: backedUp(gb, EFS_BACKUP_DAYS, context) });
}

function* bucket({ properties }: Resource, context: Context): Iterable<Finding> {
  const buckets = context.ofType('AWS::S3::Bucket').length;
  const isVersioned = at(properties, 'VersioningConfiguration', 'Status') === 'Enabled';
  const versions = isVersioned ? context.usage.objectVersions : 1;
  const requests = share(times(context.messages, context.usage.s3Requests), buckets);
  yield line('S3 Standard', 'AmazonS3/standard.storage', { GB: share(context.usage.gb, buckets), versions });
  yield line('S3 writes', 'AmazonS3/standard.requestsTier1', { requests });
  yield line('S3 reads', 'AmazonS3/standard.requestsTier2', { requests });
}

function* backups({ properties }: Resource, context: Context): Iterable<Finding> {
  const selection = at(properties, 'BackupSelection');
  const plan = context.referred(properties['BackupPlanId'])?.properties;
  const backedUpHere = list(selection, 'Resources').map((resource) => context.referred(resource));
  if (backedUpHere.includes(undefined)) yield { unpriced: 'it backs up what is not in the template' };
  if (list(selection, 'ListOfTags').length > 0 || at(selection, 'Conditions') !== undefined)
    yield { unpriced: 'what it selects by tags is not in the template' };
  for (const rule of list(plan, 'BackupPlan', 'BackupPlanRule')) {
    const days = number(at(rule, 'Lifecycle'), 'DeleteAfterDays');
    const copies = list(rule, 'CopyActions').length;
    for (const resource of backedUpHere) if (resource !== undefined) yield* backupOf(resource, days, copies, context);
  }
}

/** What a backup holds first, and at which price; undefined when there is none here. */
function backedUpData(
  { type, properties }: Resource,
  context: Context,
): [name: string, price: string, gb: Range] | undefined {
  switch (type) {
    case 'AWS::EC2::Volume':
      return ['volumes', 'AWSBackup/ebsWarm', times(rangeOf(number(properties, 'Size')), context.usage.volumeUsed)];
    case 'AWS::EFS::FileSystem':
      return ['EFS', 'AWSBackup/efsWarm', fileGb(context)];
    case 'AWS::S3::Bucket':
      return ['buckets', 'AWSBackup/s3Warm', share(context.usage.gb, context.ofType(type).length)];
    default:
      return undefined;
  }
}

function* backupOf(resource: Resource, days: number, copies: number, context: Context): Iterable<Finding> {
  const data = backedUpData(resource, context);
  if (data === undefined) {
    yield { unpriced: `no price for backups of ${resource.type} by AWS Backup` };
    return;
  }
  const [name, price, gb] = data;
  const kept = backedUp(gb, days, context);
  yield line(`backups of ${name}`, price, { GB: kept });
  if (copies === 0) return;
  // Where the copies go has a price of its own, which is near to this one.
  yield line(`copies of backups of ${name}`, price, { copies, GB: kept });
  const sent = share(kept, Math.max(1, days / DAYS_PER_MONTH));
  yield line('copies of backups, sent', 'AWSDataTransfer/interRegionOut', { copies, GB: sent });
}

export const DATA: Pricers = {
  'AWS::RDS::DBInstance': rdsInstance,
  'AWS::RDS::DBCluster': aurora,
  'AWS::DocDB::DBCluster': documents,
  'AWS::DocDB::DBInstance': function* ({ properties }) {
    const size = text(properties, 'DBInstanceClass');
    yield line(`DocumentDB ${size}`, `AmazonDocDB/${size}`, { hours: HOURS });
  },
  'AWS::ElastiCache::ReplicationGroup': cacheNodes,
  'AWS::ElastiCache::CacheCluster': cacheNodes,
  'AWS::EFS::FileSystem': fileSystem,
  'AWS::S3::Bucket': bucket,
  'AWS::Backup::BackupSelection': backups,
  'AWS::ECR::Repository': (_, { usage }) => [line('images', 'AmazonECR/storage', { GB: usage.repositoryGb })],
};
