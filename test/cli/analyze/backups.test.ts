import {
  BackupClient,
  ListBackupVaultsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  type RecoveryPointByBackupVault,
} from '@aws-sdk/client-backup';
import {
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { backups } from '../../../cli/analyze/backups.ts';
import { daysAgo, hoursAgo, look } from './looking.ts';

const backup = mockClient(BackupClient);
const rds = mockClient(RDSClient);
beforeEach(() => {
  backup.reset();
  rds.reset();
});
afterAll(() => {
  backup.restore();
  rds.restore();
});

const forDevelopment = { tags: { Environment: 'development' } };

describe('backups of databases', () => {
  const instance = { DatabaseVectors: ['RDS::DBInstance', 'db-1'] } as const;
  const cluster = { DatabaseDocuments: ['DocDB::DBCluster', 'docs-1'] } as const;
  const answer = (changes: DBInstance & DBCluster) => {
    const well = { BackupRetentionPeriod: 14, LatestRestorableTime: hoursAgo(0.1), ...changes };
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ InstanceCreateTime: daysAgo(9), ...well }] });
    rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [{ ClusterCreateTime: daysAgo(9), ...well }] });
  };

  test('are well when they are new, and of members of a cluster none are wanted', async () => {
    answer({});
    expect(await look(backups, { ...instance, ...cluster })).toEqual([]);
    answer({ BackupRetentionPeriod: 0, DBClusterIdentifier: 'c' });
    expect(await look(backups, instance)).toEqual([]);
  });

  test.each([
    ['instance', instance, 'DatabaseVectors'],
    ['cluster', cluster, 'DatabaseDocuments'],
  ])('are bad when they are old or missing: %s', async (_, resources, where) => {
    answer({ LatestRestorableTime: hoursAgo(40) });
    expect(await look(backups, resources)).toEqual([['bad', where, 'the newest backup is 40 hours old']]);
    answer({ LatestRestorableTime: undefined });
    expect(await look(backups, resources)).toEqual([['bad', where, 'there is no backup']]);
  });

  test('may be missing on the first day', async () => {
    answer({ LatestRestorableTime: undefined, InstanceCreateTime: hoursAgo(2) });
    expect(await look(backups, instance)).toEqual([]);
  });

  test('may be off only for development', async () => {
    answer({ BackupRetentionPeriod: 0 });
    expect(await look(backups, instance)).toEqual([['bad', 'DatabaseVectors', 'automated backups are off']]);
    expect(await look(backups, instance, forDevelopment)).toEqual([]);
  });
});

describe('the backup plan', () => {
  const disk = { ComputeData: ['EC2::Volume', 'vol-1'] } as const;
  const buckets = { StorageDocuments: ['S3::Bucket', 'docs'], EntranceLogs: ['S3::Bucket', 'logs'] } as const;
  const planned = { ...disk, ...buckets, BackupVault: ['Backup::BackupVault', 'LibreChat-1'] } as const;
  const point = (ResourceArn: string, hours: number, Status: 'COMPLETED' | 'EXPIRED' = 'COMPLETED') => ({
    ResourceArn,
    CreationDate: hoursAgo(hours),
    Status,
  });
  const volume = 'arn:aws:ec2:us-east-1:111122223333:volume/vol-1';
  const bucket = 'arn:aws:s3:::docs';
  const answer = (RecoveryPoints: RecoveryPointByBackupVault[], CreationDate = daysAgo(9)) => {
    backup
      .on(ListBackupVaultsCommand)
      .resolves({ BackupVaultList: [{ BackupVaultName: 'LibreChat-1', CreationDate }] });
    backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({ RecoveryPoints });
  };

  test('is well when everything in it has a new backup', async () => {
    answer([point(volume, 200), point(volume, 10), point(bucket, 11)]);
    expect(await look(backups, planned)).toEqual([]);
  });

  test('is bad for each that has only old or unfinished backups', async () => {
    answer([point(volume, 10, 'EXPIRED'), point(volume, 60), point(bucket, 50)]);
    expect(await look(backups, planned)).toEqual([
      ['bad', 'ComputeData', 'the newest backup is 60 hours old'],
      ['bad', 'StorageDocuments', 'the newest backup is 50 hours old'],
    ]);
    answer([point(bucket, 1)]);
    expect(await look(backups, planned)).toEqual([['bad', 'ComputeData', 'there is no backup']]);
  });

  test('needs no backup on its first day, and is bad when its vault is gone', async () => {
    answer([], hoursAgo(2));
    expect(await look(backups, planned)).toEqual([]);
    backup.on(ListBackupVaultsCommand).resolves({ BackupVaultList: [] });
    expect(await look(backups, planned)).toEqual([['bad', 'Chat', 'the backup vault is gone']]);
  });

  test('may be missing only for development', async () => {
    expect(await look(backups, disk)).toEqual([['warning', 'ComputeData', 'nothing backs it up']]);
    expect(await look(backups, disk, forDevelopment)).toEqual([]);
  });
});
