/** A setting whose change takes data away on purpose. */
interface AllowedReplacement {
  /** What becomes of the data. */
  readonly reason: string;

  /** Types of the resources that may go, and no others. */
  readonly types: readonly string[];
}

const VECTORS = ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance', 'AWS::SecretsManager::Secret'];
const IN_SUBNET_GROUPS = [
  'AWS::DocDB::DBCluster',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
];

/**
 * The only settings whose change may replace or remove what holds data. Whatever is removed is kept, snapshotted or
 * deleted by `data.removalPolicy`, but the deployment no longer uses it.
 */
export const ALLOWED_REPLACEMENTS: Readonly<Record<string, AllowedReplacement>> = {
  mode: {
    reason: 'files lie on the data volume of the machine in mode ec2 and on a shared file system in mode ecs',
    types: ['AWS::EC2::Volume', 'AWS::EFS::AccessPoint', 'AWS::EFS::FileSystem'],
  },
  'network.cidr': {
    reason: 'the range of a VPC is its identity, and AWS moves no database to another VPC',
    types: IN_SUBNET_GROUPS,
  },
  'network.zoneNames': {
    reason: 'a subnet stays in its zone, and so do a volume and the only subnets of a database',
    types: [...IN_SUBNET_GROUPS, 'AWS::EC2::Volume'],
  },
  'network.existingVpc': {
    reason: 'AWS moves no database to another VPC, and no volume to another zone',
    types: [...IN_SUBNET_GROUPS, 'AWS::EC2::Volume'],
  },
  'documentStore.type': {
    reason: 'another kind of server starts empty: users, chats and settings must be copied',
    types: ['AWS::DocDB::DBCluster', 'AWS::SecretsManager::Secret'],
  },
  'vectorStore.type': {
    reason: 'another kind of server starts empty: documents must be uploaded again',
    types: VECTORS,
  },
  'features.rag': {
    reason: 'no store of vectors without documents to ask questions about',
    types: VECTORS,
  },
  'features.search': {
    reason: 'the key of Meilisearch goes with it; its index is made again from the chats',
    types: ['AWS::SecretsManager::Secret'],
  },
  'features.fileStrategy': {
    reason: 'documents stay where they were uploaded: nothing copies them to the new place',
    types: ['AWS::EFS::AccessPoint', 'AWS::S3::Bucket'],
  },
  'redis.type': {
    reason: 'sessions start anew; nothing else lies there',
    types: ['AWS::ElastiCache::ReplicationGroup', 'AWS::SecretsManager::Secret'],
  },
  'signIn.sso.type': {
    reason: 'it signs the sessions in which people come back from their provider, which last some minutes',
    types: ['AWS::SecretsManager::Secret'],
  },
  'monitoring.alarms': {
    reason: 'the key goes unless logs are encrypted with it; nothing else is',
    types: ['AWS::KMS::Key'],
  },
  'monitoring.encryptLogs': {
    reason: 'lines that were encrypted cannot be read once their key is gone; with alarms it stays',
    types: ['AWS::KMS::Key'],
  },
  'monitoring.applicationMetrics': {
    reason: 'it opens the metrics of LibreChat, which nobody fetches any more',
    types: ['AWS::SecretsManager::Secret'],
  },
  'access.logs': {
    reason: 'what was recorded stays where it is; nothing is recorded any more',
    types: ['AWS::S3::Bucket'],
  },
  'audit.trail': {
    reason: 'what was recorded stays where it is, with the key that opens it; nothing is recorded any more',
    types: ['AWS::KMS::Key', 'AWS::S3::Bucket'],
  },
  'data.backupPlan': {
    reason: 'no vault without a plan that fills it',
    types: ['AWS::Backup::BackupVault'],
  },
};

/** The allowed settings among changed ones, which are given by dotted paths. */
export function allowedBy(changed: readonly string[]): string[] {
  return Object.keys(ALLOWED_REPLACEMENTS).filter((key) =>
    changed.some((path) => path === key || path.startsWith(`${key}.`)),
  );
}
