import { Backup, paginateListBackupVaults, paginateListRecoveryPointsByBackupVault } from '@aws-sdk/client-backup';
import { RDS } from '@aws-sdk/client-rds';
import { askCluster, askInstance } from '../inspect/ask.ts';
import { all } from '../inspect/kind.ts';
import type { Owned } from '../inspect/lineage.ts';
import { environmentOf } from '../stack.ts';
import { type AnalysisContext, type Check, type Finding, finding, hoursSince, onEach, placeOf } from './check.ts';

/** Backups are daily: with one that failed the newest is as old as this. */
const STALE_HOURS = 36;

export const backups: Check = {
  name: 'backups',
  about: 'backups',
  run: async (context) => [...(await databaseBackups(context)), ...(await planBackups(context))],
};

const isForDevelopment = ({ stack }: AnalysisContext) => environmentOf(stack) === 'development';

async function databaseBackups(context: AnalysisContext): Promise<Finding[]> {
  const { owned, now } = context;
  const servers = owned('AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::DocDB::DBCluster');
  const rds = new RDS(context.aws);
  return await onEach(servers, async (server) => {
    const { type, id } = server;
    const cluster = type.endsWith('DBCluster') ? await askCluster(rds, id) : undefined;
    const instance = type.endsWith('DBInstance') ? await askInstance(rds, id) : undefined;
    const found = cluster ?? instance;
    // A member of a cluster has no backups of its own; one that is gone is another check's.
    if (found === undefined || (instance?.DBClusterIdentifier ?? '') !== '') return [];
    const off = 'set data.backupRetentionDays and deploy';
    if (found.BackupRetentionPeriod === 0)
      return isForDevelopment(context) ? [] : [finding('bad', server, 'automated backups are off', off)];
    const created = cluster?.ClusterCreateTime ?? instance?.InstanceCreateTime;
    if (hoursSince(created, now) < STALE_HOURS) return [];
    return stale(server, found.LatestRestorableTime, now, 'look at its events in the console of RDS');
  });
}

function stale(where: Owned, newest: Date | undefined, now: Date, remedy: string): Finding[] {
  const hours = Math.floor(hoursSince(newest, now));
  const what = newest === undefined ? 'there is no backup' : `the newest backup is ${hours} hours old`;
  return hours < STALE_HOURS ? [] : [finding('bad', where, what, remedy)];
}

async function planBackups(context: AnalysisContext): Promise<Finding[]> {
  const { owned, now, stack } = context;
  const disks = owned('AWS::EC2::Volume', 'AWS::EFS::FileSystem');
  const [vault] = owned('AWS::Backup::BackupVault');
  if (vault === undefined) {
    if (isForDevelopment(context)) return [];
    return disks.map((disk) => finding('warning', disk, 'nothing backs it up', 'set data.backupPlan=true and deploy'));
  }
  const client = new Backup(context.aws);
  const vaults = await all(paginateListBackupVaults({ client }, {}), ({ BackupVaultList }) => BackupVaultList);
  const there = vaults.find(({ BackupVaultName }) => BackupVaultName === vault.id);
  const anew = 'deploy once with data.backupPlan=false, then with true';
  if (there === undefined) return [finding('bad', placeOf(stack), 'the backup vault is gone', anew)];
  if (hoursSince(there.CreationDate, now) < STALE_HOURS) return [];
  const pages = paginateListRecoveryPointsByBackupVault({ client }, { BackupVaultName: vault.id });
  const points = (await all(pages, (page) => page.RecoveryPoints)).filter(({ Status }) => Status === 'COMPLETED');
  const newestOf = ({ id }: Owned) =>
    points
      .filter(({ ResourceArn = '' }) => ResourceArn.endsWith(`/${id}`) || ResourceArn.endsWith(`:${id}`))
      .flatMap(({ CreationDate }) => CreationDate ?? [])
      .sort((one, other) => other.getTime() - one.getTime())[0];
  // Of the buckets only the documents are in the plan: those that ever had a backup.
  const planned = [...disks, ...owned('AWS::S3::Bucket').filter((bucket) => newestOf(bucket) !== undefined)];
  const remedy = 'read why: aws backup list-backup-jobs --by-state FAILED';
  return planned.flatMap((source) => stale(source, newestOf(source), now, remedy));
}
