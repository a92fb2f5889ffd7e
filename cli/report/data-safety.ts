import { ALLOWED_REPLACEMENTS } from '../../lib/utils/allowed-replacements.ts';
import { holdsData } from '../../lib/utils/replacement.ts';
import type { TemplateResource } from './assembly.ts';

export type Resources = Readonly<
  Record<string, Omit<TemplateResource, 'Properties'> & { readonly Properties?: Fields }>
>;
type Fields = Readonly<Record<string, unknown>>;

/** What becomes of the data of one resource. */
export interface DataSafety {
  readonly logicalId: string;
  readonly type: string;
  /** What people call it; undefined for a type that nobody has named yet. */
  readonly store: string | undefined;
  /** When the stack is deleted. */
  readonly removal: string;
  /** When an update puts another one in its place. */
  readonly replacement: string;
  /** Settings whose change does that. */
  readonly replacedBy: readonly string[];
  readonly protection: string;
  readonly backups: string;
}

/** Names of what holds data, in the order in which they are listed. */
export const STORES: Readonly<Record<string, string>> = {
  'AWS::DocDB::DBCluster': 'DocumentDB',
  'AWS::RDS::DBInstance': 'PostgreSQL (RDS)',
  'AWS::RDS::DBCluster': 'PostgreSQL (Aurora)',
  'AWS::EC2::Volume': 'data volume (mode ec2)',
  'AWS::EFS::FileSystem': 'file system (mode ecs)',
  'AWS::S3::Bucket': 'bucket of documents',
  'AWS::SecretsManager::Secret': 'secrets',
  'AWS::ElastiCache::ReplicationGroup': 'Valkey (ElastiCache)',
  'AWS::Backup::BackupVault': 'backup vault',
};

/** Buckets and keys of which each has a purpose of its own, by the beginning of the logical id. */
export const OF_ONE_PURPOSE: Readonly<Record<string, string>> = {
  EntranceAccessLogs: 'bucket of recorded requests',
  AuditTrailBucket: 'bucket of the audit trail',
  AuditTrailKey: 'key of the audit trail',
  OperationsKey: 'key of logs and alarms',
};

/** Of a folder of a file system the file system's own row speaks. */
const WITHOUT_ROW = ['AWS::EFS::AccessPoint'];

const FATE: Readonly<Record<string, string>> = {
  Delete: 'deleted',
  Snapshot: 'deleted; a final snapshot stays',
  Retain: 'stays',
  RetainExceptOnCreate: 'stays',
};

/** What becomes of everything in a template that holds data. */
export function dataSafety(resources: Resources): DataSafety[] {
  return Object.entries(resources)
    .filter(([, resource]) => holdsData(resource) && !WITHOUT_ROW.includes(resource.Type))
    .map(([id, { Type, Properties = {}, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' }]) => ({
      logicalId: id,
      type: Type,
      store: storeOf(id, Type),
      removal: FATE[DeletionPolicy] ?? DeletionPolicy,
      replacement: FATE[UpdateReplacePolicy] ?? UpdateReplacePolicy,
      replacedBy: Object.entries(ALLOWED_REPLACEMENTS).flatMap(([key, { types }]) => (types.includes(Type) ? key : [])),
      protection: protectionOf(Properties),
      backups: [...ownBackups(Properties), ...plannedBackups(id, resources)].join('; ') || 'none',
    }));
}

function storeOf(id: string, type: string): string | undefined {
  const own = Object.entries(OF_ONE_PURPOSE).find(([beginning]) => id.startsWith(beginning));
  return own?.[1] ?? STORES[type];
}

function protectionOf({ DeletionProtection, LockConfiguration, ObjectLockConfiguration }: Fields): string {
  if (LockConfiguration !== undefined) return 'locked: only those who may unlock it delete a backup before its time';
  if (ObjectLockConfiguration !== undefined) return 'locked, see audit.trailLock';
  return DeletionProtection === true ? 'on' : DeletionProtection === false ? 'off' : '';
}

function ownBackups(properties: Fields): string[] {
  const { BackupRetentionPeriod, BackupPolicy, LifecycleConfiguration } = properties;
  const rules = (LifecycleConfiguration as { Rules?: Fields[] } | undefined)?.Rules ?? [];
  const versions = rules.flatMap(({ NoncurrentVersionExpiration: expiration }) =>
    expiration === undefined ? [] : (expiration as { NoncurrentDays: number }).NoncurrentDays,
  );
  return [
    ...(BackupRetentionPeriod === undefined ? [] : [`any moment of the last ${days(Number(BackupRetentionPeriod))}`]),
    ...((BackupPolicy as { Status?: string } | undefined)?.Status === 'ENABLED'
      ? ["daily, by AWS's own plan, 35 days"]
      : []),
    ...versions.map((count) => `former versions for ${days(count)}`),
  ];
}

/** What a plan of AWS Backup that selects the resource keeps. */
function plannedBackups(id: string, resources: Resources): string[] {
  const all = Object.values(resources);
  const selected = all.some(
    ({ Type, Properties }) =>
      Type === 'AWS::Backup::BackupSelection' && JSON.stringify(Properties).includes(JSON.stringify(id)),
  );
  if (!selected) return [];
  return all.flatMap(({ Type, Properties }) =>
    Type !== 'AWS::Backup::BackupPlan'
      ? []
      : [...JSON.stringify(Properties).matchAll(/"Lifecycle":\{"DeleteAfterDays":(\d+)\}/g)].map(
          ([, count]) => `daily, for ${days(Number(count))}`,
        ),
  );
}

const days = (count: number) => (count === 1 ? '1 day' : `${count} days`);
